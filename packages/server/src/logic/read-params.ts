import { ParleyError, type Command, type FieldError } from '@parley/protocol';

/** Deeper values are refused before anything walks them: what recurses would run out of stack. */
const depthMax = 32;
/** Errors named in one answer. */
const fieldsMax = 20;

/** What a command's schema makes of what a client wrote. @throws ParleyError `invalid-params` with the fields. */
export function readParams(command: Pick<Command, 'params'>, params: unknown): unknown {
  const hidden = findForbidden(params, '', 0);
  if (hidden !== undefined) throw new ParleyError('invalid-params', undefined, { fields: [hidden] });
  const parsed = command.params.safeParse(params);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.flatMap(fieldsOf).slice(0, fieldsMax);
  throw new ParleyError('invalid-params', undefined, { fields });
}

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] };

function fieldsOf({ path, message, keys }: Issue): FieldError[] {
  const at = path.map((part) => `/${escaped(String(part))}`).join('');
  if (keys === undefined) return [{ pointer: at, message }];
  return keys.map((key) => ({ pointer: `${at}/${escaped(key)}`, message: 'there is no such field' }));
}

/** Of one part of a JSON pointer (RFC 6901). */
function escaped(part: string): string {
  return part.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

function findForbidden(value: unknown, pointer: string, depth: number): FieldError | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === depthMax) return { pointer, message: `at most ${depthMax} levels deep` };
  // `for in` would be shorter and skip nothing here, but it also walks what a prototype lends.
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return { pointer: `${pointer}/__proto__`, message: 'a forbidden name' };
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner !== 'object' || inner === null) continue;
    const found = findForbidden(inner, `${pointer}/${escaped(key)}`, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
