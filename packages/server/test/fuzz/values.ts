import fc from 'fast-check';
import { Schemas, type Schema } from './json-schema.ts';

/** Things that exist, by the name of the field that names them, so that a good part of the requests finds something. */
export type Pool = Readonly<Record<string, readonly unknown[]>>;

/** Texts that have made trouble somewhere. */
export const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udfff',
  '\ufeff',
  '\u202e\u2066',
  'İıſKß',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A',
  '👨‍👩‍👧‍👦'.repeat(20),
  "' or 1=1 --",
  '"; drop table users; --',
  '* NEAR( "',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '%2e%2e%2f',
  '%',
  '%zz',
  '\r\nX-Injected: 1\r\n\r\n',
  '__proto__',
  'constructor',
  '-0',
  '1e309',
  'NaN',
  '0x10',
  '9007199254740993',
  'null',
  'a'.repeat(300),
  'a'.repeat(9_000),
  '((a+)+)+$'.repeat(50),
] as const;

const oddNumbers = [0, -1, 1.5, 1e21, -1e308, 2 ** 53, -(2 ** 53), 2 ** 31, 4_294_967_296] as const;

export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...hostileTexts, ...oddNumbers, null, true, false),
  fc.constantFrom<unknown>([], {}, [[]], [null], { a: { b: { c: [] } } }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Makes values that fit a schema. */
export class Values {
  private readonly schemas: Schemas;
  private readonly pool: Pool;

  constructor(document: Schema, pool: Pool) {
    this.schemas = new Schemas(document);
    this.pool = pool;
  }

  /** Values of a field: things that exist, and whatever else its schema allows. */
  field(name: string, schema: Schema): fc.Arbitrary<unknown> {
    const there = this.pool[name];
    const made = this.fitting(schema, 0);
    return there === undefined
      ? made
      : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...there) }, { weight: 1, arbitrary: made });
  }

  /** An object of some or all of its fields. */
  object(schema: Schema, depth = 0): fc.Arbitrary<Record<string, unknown>> {
    const { properties = {}, required = [] } = schema as {
      properties?: Readonly<Record<string, Schema>>;
      required?: readonly string[];
    };
    const fields = Object.fromEntries(
      Object.entries(properties).map(([name, inner]) => [
        name,
        depth === 0 ? this.field(name, inner) : this.fitting(inner, depth + 1),
      ]),
    );
    return fc.record(fields, { requiredKeys: [...required] }) as fc.Arbitrary<Record<string, unknown>>;
  }

  private fitting(of: Schema, depth: number): fc.Arbitrary<unknown> {
    const schema = this.schemas.resolve(of);
    const options = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
    if (options !== undefined)
      return fc.oneof(
        ...options.filter((_, index) => depth < 4 || index < 4).map((one) => this.fitting(one, depth + 1)),
      );
    if ('const' in schema) return fc.constant(schema['const']);
    if (schema['enum'] !== undefined) return fc.constantFrom(...(schema['enum'] as readonly unknown[]));
    return this.ofType(schema, depth);
  }

  private ofType(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const { minimum, maximum, maxItems = 5, minItems = 0 } = schema as Readonly<Record<string, number | undefined>>;
    switch (schema['type']) {
      case 'integer':
        return fc.oneof(
          fc.integer({ min: minimum ?? 0, max: Math.min(maximum ?? Infinity, (minimum ?? 0) + 100) }),
          fc.maxSafeInteger().map((value) => Math.min(Math.max(value, minimum ?? value), maximum ?? value)),
        );
      case 'number':
        return fc.double({ noNaN: true, noDefaultInfinity: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(this.fitting((schema['items'] ?? {}) as Schema, depth + 1), {
          minLength: minItems,
          maxLength: Math.min(maxItems, 5),
        });
      case 'object':
        return this.object(schema, depth + 1);
      default:
        return text(schema);
    }
  }
}

/** A text that fits its lengths and its pattern. */
function text(schema: Schema): fc.Arbitrary<string> {
  const {
    minLength = 0,
    maxLength = 200,
    pattern,
  } = schema as {
    minLength?: number;
    maxLength?: number;
    pattern?: string;
  };
  const max = Math.min(maxLength, 200);
  const plain = fc.string({
    unit: fc.constantFrom('a', 'b', 'X', 'Z', '0', '9'),
    minLength,
    maxLength: Math.min(max, minLength + 20),
  });
  const wild = fc.string({ unit: 'grapheme', minLength, maxLength: max });
  const fits = pattern === undefined ? () => true : (value: string) => new RegExp(pattern, 'u').test(value);
  const odd = fc.constantFrom(
    ...hostileTexts.filter((value) => value.length >= minLength && value.length <= max && fits(value)),
    'abcdefghij'.slice(0, Math.max(minLength, 2)),
  );
  return pattern === undefined ? fc.oneof(plain, wild, odd) : fc.oneof(plain, odd);
}
