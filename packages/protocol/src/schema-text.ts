import type { JsonSchema } from './schema-book.ts';

/** A JSON Schema in a few words, for readers: `integer from 1 to 100`, `Message[]`, `“all” or “none”`. */
export function schemaText(schema: JsonSchema): string {
  return [typeText(schema), defaultText(schema)].filter((part) => part !== '').join(', ');
}

/** The fields of an object, one a line; undefined when it is no object of named fields. */
export function fieldLines(schema: JsonSchema): readonly string[] | undefined {
  const properties = schema['properties'] as Readonly<Record<string, JsonSchema>> | undefined;
  if (properties === undefined) return undefined;
  const required = new Set(schema['required'] as readonly string[] | undefined);
  const fields = Object.entries(properties).map(([name, field]) => ({
    name: required.has(name) && field['default'] === undefined ? name : `${name}?`,
    text: schemaText(field),
    description: field['$ref'] === undefined || field['description'] !== undefined ? field['description'] : undefined,
  }));
  const width = Math.max(0, ...fields.map(({ name }) => name.length));
  return fields.map(
    ({ name, text, description }) =>
      `${name.padEnd(width)}  ${text}${typeof description === 'string' ? ` · ${description}` : ''}`,
  );
}

function typeText(schema: JsonSchema): string {
  if (typeof schema['$ref'] === 'string') return schema['$ref'].slice(schema['$ref'].lastIndexOf('/') + 1);
  if ('const' in schema) return quoted(schema['const']);
  if (Array.isArray(schema['enum'])) return schema['enum'].map(quoted).join(' or ');
  const variants = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(variants)) return (variants as JsonSchema[]).map(typeText).join(' or ');
  if (schema['type'] === 'array') return arrayText(schema);
  if (schema['type'] === 'object') return objectText(schema);
  return typeof schema['type'] === 'string' ? `${schema['type']}${rangeText(schema)}` : 'any JSON';
}

function arrayText(schema: JsonSchema): string {
  const item = typeText((schema['items'] ?? {}) as JsonSchema);
  const { minItems, maxItems } = schema as { minItems?: number; maxItems?: number };
  const list = /^[\w.]+$/.test(item) ? `${item}[]` : `(${item})[]`;
  if (maxItems === undefined) return list;
  return `${list}, ${minItems === undefined ? 'at most' : `${minItems} to`} ${maxItems}`;
}

function objectText(schema: JsonSchema): string {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>);
  const values = schema['additionalProperties'];
  if (properties.length === 0 && typeof values === 'object') return `object of ${typeText(values as JsonSchema)}`;
  const required = new Set(schema['required'] as readonly string[] | undefined);
  return `{ ${properties.map(([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${typeText(field)}`).join('; ')} }`;
}

function rangeText(schema: JsonSchema): string {
  const isText = schema['type'] === 'string';
  const least = (isText ? schema['minLength'] : schema['minimum']) as number | undefined;
  const most = (isText ? schema['maxLength'] : schema['maximum']) as number | undefined;
  const unit = isText ? ' characters' : '';
  const isBounded = most !== undefined && Math.abs(most) < Number.MAX_SAFE_INTEGER;
  if (least !== undefined && isBounded && (isText || Math.abs(least) < Number.MAX_SAFE_INTEGER))
    return isText ? `, ${least} to ${most}${unit}` : ` from ${least} to ${most}`;
  if (isBounded) return isText ? `, at most ${most}${unit}` : ` up to ${most}`;
  return !isText && least !== undefined && Math.abs(least) < Number.MAX_SAFE_INTEGER ? ` from ${least}` : '';
}

function defaultText(schema: JsonSchema): string {
  return 'default' in schema ? `default ${JSON.stringify(schema['default'])}` : '';
}

function quoted(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
