import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What each document calls the place of its definitions. */
const definitionKeys = ['$defs', 'definitions'] as const;

/**
 * JSON Schemas of one document: what has an id becomes a component, once, and is referred to from everywhere else.
 * Objects of results stay open, because within a version of the protocol changes only add.
 */
export class SchemaBook {
  /** To be put under `components/schemas`. */
  readonly components: Record<string, JsonSchema> = {};
  private readonly target: 'draft-2020-12' | 'draft-7';

  constructor(target: 'draft-2020-12' | 'draft-7') {
    this.target = target;
  }

  /** What a client writes. */
  input(type: z.ZodType): JsonSchema {
    return this.add(z.toJSONSchema(type, { io: 'input', target: this.target, unrepresentable: 'throw' }), false);
  }

  /** What the server answers. */
  output(type: z.ZodType): JsonSchema {
    return this.add(z.toJSONSchema(type, { io: 'output', target: this.target, unrepresentable: 'throw' }), true);
  }

  /** Follows references until there is a schema. */
  resolve(schema: JsonSchema): JsonSchema {
    const [only] = Array.isArray(schema['allOf']) ? (schema['allOf'] as JsonSchema[]) : [schema];
    const reference = only?.['$ref'];
    if (typeof reference !== 'string') return schema;
    return this.resolve(this.components[reference.slice(reference.lastIndexOf('/') + 1)] ?? {});
  }

  private add(document: object, isOpen: boolean): JsonSchema {
    const { $schema: _dialect, ...schema } = rewritten(document, isOpen) as Record<string, unknown>;
    for (const key of definitionKeys) {
      for (const [name, definition] of Object.entries(schema[key] ?? {}))
        this.define(componentName(name), definition as JsonSchema);
      delete schema[key];
    }
    delete schema['id'];
    return typeof schema['$ref'] === 'string' || !hasId(document) ? schema : this.named(document, schema);
  }

  private named(document: { readonly id: string }, schema: JsonSchema): JsonSchema {
    this.define(document.id, schema);
    return { $ref: referenceTo(document.id) };
  }

  private define(name: string, definition: JsonSchema): void {
    const { id: _id, ...schema } = definition;
    const known = this.components[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema))
      throw new Error(`Two different schemas are called ${name}.`);
    this.components[name] = schema;
  }
}

function hasId(document: object): document is { readonly id: string } {
  return 'id' in document && typeof document.id === 'string';
}

/** The one recursive schema without a name is zod’s for any JSON. */
function componentName(name: string): string {
  return name.startsWith('__schema') ? 'Json' : name;
}

function referenceTo(name: string): string {
  return `#/components/schemas/${componentName(name)}`;
}

function rewritten(value: unknown, isOpen: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(item, isOpen));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key, item]) => !(isOpen && key === 'additionalProperties' && item === false))
    .map(([key, item]) => [
      key,
      key === '$ref' ? referenceTo(String(item).split('/').at(-1) ?? '') : rewritten(item, isOpen),
    ]);
  return Object.fromEntries(entries);
}
