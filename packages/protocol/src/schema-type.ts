import type { JsonSchema } from './schema-book.ts';

type Fields = Readonly<Record<string, JsonSchema>>;

/** A JSON Schema as a TypeScript type in one line; references are the names of other types. */
export function schemaType(schema: JsonSchema): string {
  if (typeof schema['$ref'] === 'string') return schema['$ref'].slice(schema['$ref'].lastIndexOf('/') + 1);
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => JSON.stringify(value)).join(' | ');
  const variants = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(variants)) return (variants as JsonSchema[]).map(schemaType).join(' | ');
  if (schema['type'] === 'array') return arrayType(schema);
  return schema['type'] === 'object' ? objectType(schema) : primitiveType(schema['type']);
}

/** The same over several lines where it is an object, each field under its description. */
export function schemaBlock(schema: JsonSchema, indent = ''): string {
  const lines = fieldsOf(schema).map(({ name, field }) => {
    const description = field['description'];
    const comment = typeof description === 'string' ? `${indent}  /** ${description} */\n` : '';
    return `${comment}${indent}  ${name}: ${schemaType(field)};`;
  });
  return lines.length === 0 ? schemaType(schema) : ['{', ...lines, `${indent}}`].join('\n');
}

function arrayType(schema: JsonSchema): string {
  const item = schemaType((schema['items'] ?? {}) as JsonSchema);
  return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function objectType(schema: JsonSchema): string {
  const fields = fieldsOf(schema);
  const values = schema['additionalProperties'];
  if (fields.length === 0 && typeof values === 'object')
    return `{ [key: string]: ${schemaType(values as JsonSchema)} }`;
  if (fields.length === 0) return 'Record<string, never>';
  return `{ ${fields.map(({ name, field }) => `${name}: ${schemaType(field)}`).join('; ')} }`;
}

function fieldsOf(schema: JsonSchema): readonly { readonly name: string; readonly field: JsonSchema }[] {
  const required = new Set(schema['required'] as readonly string[] | undefined);
  return Object.entries((schema['properties'] ?? {}) as Fields).map(([name, field]) => ({
    name: required.has(name) ? name : `${name}?`,
    field,
  }));
}

function primitiveType(type: unknown): string {
  if (type === 'integer') return 'number';
  return typeof type === 'string' ? type : 'unknown';
}
