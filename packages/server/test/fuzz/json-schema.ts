export type Schema = Readonly<Record<string, unknown>>;

/** What a schema of the document may say; anything else is an error, so that nothing goes unchecked. */
const known = new Set(
  [
    ['type', 'properties', 'required', 'additionalProperties', 'propertyNames', 'items', 'enum', 'const'],
    ['anyOf', 'oneOf', 'allOf', '$ref', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
    ['pattern', 'format', 'default', 'description', 'title', 'examples'],
  ].flat(),
);

/** The JSON Schemas of one OpenAPI document. */
export class Schemas {
  private readonly document: Schema;

  constructor(document: Schema) {
    this.document = document;
  }

  resolve(schema: Schema): Schema {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    let at: unknown = this.document;
    for (const key of reference.slice(2).split('/')) at = (at as Record<string, unknown> | undefined)?.[key];
    if (at === undefined) throw new Error(`${reference} leads nowhere.`);
    return this.resolve(at as Schema);
  }

  /** What does not fit, with its place; undefined when everything does. */
  fault(schema: Schema, value: unknown, at = ''): string | undefined {
    const resolved = this.resolve(schema);
    for (const key of Object.keys(resolved)) if (!known.has(key)) throw new Error(`Unknown keyword ${key} at ${at}.`);
    return this.choiceFault(resolved, value, at) ?? this.valueFault(resolved, value, at);
  }

  private choiceFault(schema: Schema, value: unknown, at: string): string | undefined {
    const fitting = (key: string): number | undefined =>
      (schema[key] as readonly Schema[] | undefined)?.filter((one) => this.fault(one, value, at) === undefined).length;
    if (fitting('anyOf') === 0) return `${at}: fits none of anyOf`;
    const ofOne = fitting('oneOf');
    if (ofOne !== undefined && ofOne !== 1) return `${at}: fits ${ofOne} of oneOf`;
    const all = schema['allOf'] as readonly Schema[] | undefined;
    return all?.map((one) => this.fault(one, value, at)).find((fault) => fault !== undefined);
  }

  private valueFault(schema: Schema, value: unknown, at: string): string | undefined {
    if ('const' in schema && schema['const'] !== value) return `${at}: is not ${JSON.stringify(schema['const'])}`;
    const values = schema['enum'] as readonly unknown[] | undefined;
    if (values !== undefined && !values.includes(value)) return `${at}: ${String(value)} is none of the values`;
    if (!isOfType(schema['type'], value)) return `${at}: is no ${String(schema['type'])}`;
    if (typeof value === 'number') return numberFault(schema, value, at);
    if (typeof value === 'string') return stringFault(schema, value, at);
    if (Array.isArray(value)) return this.arrayFault(schema, value, at);
    return typeof value === 'object' && value !== null ? this.objectFault(schema, value, at) : undefined;
  }

  private arrayFault(schema: Schema, value: readonly unknown[], at: string): string | undefined {
    const { minItems = 0, maxItems = Infinity } = schema as { minItems?: number; maxItems?: number };
    if (value.length < minItems || value.length > maxItems) return `${at}: has ${value.length} items`;
    const items = schema['items'] as Schema | undefined;
    if (items === undefined) return undefined;
    return value.map((item, index) => this.fault(items, item, `${at}/${index}`)).find((fault) => fault !== undefined);
  }

  private objectFault(schema: Schema, value: object, at: string): string | undefined {
    const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
    for (const name of (schema['required'] ?? []) as readonly string[])
      if (!Object.hasOwn(value, name)) return `${at}/${name}: is missing`;
    for (const [name, item] of Object.entries(value)) {
      const own = Object.hasOwn(properties, name) ? properties[name] : schema['additionalProperties'];
      if (own === false) return `${at}/${name}: is unknown`;
      if (typeof own !== 'object' || own === null) continue;
      const fault = this.fault(own as Schema, item, `${at}/${name}`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}

function isOfType(type: unknown, value: unknown): boolean {
  switch (type) {
    case undefined:
      return true;
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function numberFault(schema: Schema, value: number, at: string): string | undefined {
  const { minimum = -Infinity, maximum = Infinity } = schema as { minimum?: number; maximum?: number };
  return value < minimum || value > maximum ? `${at}: ${value} is out of range` : undefined;
}

function stringFault(schema: Schema, value: string, at: string): string | undefined {
  const {
    minLength = 0,
    maxLength = Infinity,
    pattern,
  } = schema as {
    minLength?: number;
    maxLength?: number;
    pattern?: string;
  };
  const { length } = Array.from(value);
  if (length < minLength || length > maxLength) return `${at}: has ${length} characters`;
  return pattern !== undefined && !new RegExp(pattern, 'u').test(value) ? `${at}: does not fit ${pattern}` : undefined;
}
