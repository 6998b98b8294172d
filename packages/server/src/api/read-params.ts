import { ParleyError, type FieldError } from '@parley/protocol';
import type { Parameter } from '@parley/protocol/documents';
import type { Context } from 'hono';
import type { ApiEnv } from './request-context.ts';

type Parameters = ReadonlyMap<string, Parameter>;
type Place = Parameter['place'];

const integerPattern = /^-?\d{1,16}$/;

/**
 * The params of a command, from path, query and body. What does not belong is refused here by its place; `logic` checks the rest.
 * @throws ParleyError `invalid-params` naming each field, or `invalid-frame` when the body is no JSON object.
 */
export async function readParams(
  context: Context<ApiEnv>,
  parameters: Parameters,
): Promise<Readonly<Record<string, unknown>>> {
  const takesBody = context.req.method !== 'GET' && context.req.method !== 'HEAD' && context.req.method !== 'DELETE';
  const body = takesBody ? Object.entries(await readBody(context)) : [];
  const given: readonly (readonly [Place, string, unknown])[] = [
    ...Object.entries(context.req.param()).map(([name, value]) => ['path', name, value] as const),
    ...Object.entries(context.req.queries()).map(
      ([name, values]) => ['query', name, values.length > 1 ? values : values[0]] as const,
    ),
    ...body.map(([name, value]) => ['body', name, value] as const),
  ];
  const errors = given.flatMap(([place, name, value]) => problemsOf(parameters.get(name), place, { name, value }));
  if (errors.length > 0) throw new ParleyError('invalid-params', undefined, { fields: errors });
  return Object.fromEntries(given.map(([place, name, value]) => [name, valueOf(parameters.get(name), place, value)]));
}

function problemsOf(
  parameter: Parameter | undefined,
  place: Place,
  { name, value }: { name: string; value: unknown },
): readonly FieldError[] {
  const refuse = (message: string): readonly FieldError[] => [
    { pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, message },
  ];
  if (parameter === undefined) return refuse('unknown field');
  if (parameter.place !== place) return refuse(`belongs in the ${parameter.place}`);
  if (place === 'body') return [];
  if (typeof value !== 'string') return refuse('given more than once');
  return parameter.isInteger && !integerPattern.test(value) ? refuse('must be an integer') : [];
}

function valueOf(parameter: Parameter | undefined, place: Place, value: unknown): unknown {
  return place !== 'body' && parameter?.isInteger === true ? Number(value) : value;
}

/** An absent body is an empty object. */
async function readBody(context: Context<ApiEnv>): Promise<object> {
  const text = await context.req.text();
  if (text === '') return {};
  if (!/^application\/json\b/i.test(context.req.header('Content-Type') ?? ''))
    throw new ParleyError('invalid-frame', 'Send JSON, with Content-Type: application/json.');
  const body = parse(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ParleyError('invalid-frame', 'The body is not a JSON object.');
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'The body is not JSON.', { cause });
  }
}
