import fc from 'fast-check';
import { encoded, strangeBodies, strangeHeaders, strangeSegments, strangeTypes } from './strange-parts.ts';
import { anyJson, hostileTexts, type Pool, type Values } from './values.ts';
import type { Operation, Parameter } from './operation.ts';

export const roles = ['anonymous', 'guest', 'member', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** A request before it is sent; the token of its role is put in then. */
export interface FuzzRequest {
  readonly kind: string;
  readonly role: Role;
  readonly method: string;
  /** As it is written in the request line. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** Requests that are done for sure, for operations in which chance seldom succeeds. */
export function sureRequests(operationId: string, pool: Pool): FuzzRequest[] {
  const request = (role: Role, [method, target]: readonly [string, string], body?: object): FuzzRequest => ({
    kind: 'good',
    role,
    method,
    target,
    headers: body === undefined ? {} : json,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const post = (role: Role, target: string, body?: object) => request(role, ['POST', target], body);
  const { userName = [], password = [], code = [], conversationId = [], userId = [] } = pool;
  const [place, friend] = [`/v1/conversations/${String(conversationId[0])}`, String(userId[0])];
  switch (operationId) {
    case 'account.claim':
      return [post('guest', '/v1/me/claim', { userName: userName.at(-1), password: password[0] })];
    case 'account.changePassword':
      return [post('member', '/v1/me/password', { currentPassword: password[0], newPassword: password[0] })];
    case 'invite.accept':
      return [post('administrator', `/v1/invites/${String(code[0])}/accept`)];
    case 'member.update':
      return [request('member', ['PATCH', `${place}/members/${friend}`], { role: 'admin' })];
    case 'member.mute':
      return [request('member', ['PUT', `${place}/mutes/${friend}`], { until: 0 })];
    case 'member.remove':
      return [request('member', ['DELETE', `${place}/members/${friend}`])];
    default:
      return [];
  }
}

interface Parts {
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

const json = { 'Content-Type': 'application/json' } as const;

/** All kinds of requests to one operation: good ones, almost good ones, and those of somebody who means harm. */
export function requestsTo(operation: Operation, values: Values): fc.Arbitrary<FuzzRequest> {
  const good = partsOf(operation, values);
  const role = fc.constantFrom(...roles, 'member' as const, 'member' as const);
  const kinds: readonly (readonly [string, number, fc.Arbitrary<Partial<FuzzRequest>>])[] = [
    ['good', 5, good.map((parts) => assemble(operation, parts))],
    ['almost good', 4, good.chain((parts) => almost(operation, parts))],
    ['path', 1, good.chain((parts) => strangePath(operation, parts))],
    ['query', 1, good.chain((parts) => strangeQuery(operation, parts))],
    ['body', operation.body === undefined ? 1 : 3, good.chain((parts) => strangeBody(operation, parts))],
    ['content type', 1, good.chain((parts) => strangeType(operation, parts))],
    ['method', 1, good.chain((parts) => strangeMethod(operation, parts))],
    ['header', 1, good.chain((parts) => strangeHeader(operation, parts))],
  ];
  return fc.oneof(
    ...kinds.map(([kind, weight, made]) => ({
      weight,
      arbitrary: fc.tuple(role, made).map(([role, parts]): FuzzRequest => {
        return { role, kind, method: operation.method, target: '/', headers: {}, body: undefined, ...parts };
      }),
    })),
  );
}

function partsOf(operation: Operation, values: Values): fc.Arbitrary<Parts> {
  const inPath = operation.parameters.filter(({ place }) => place === 'path');
  const inQuery = operation.parameters.filter(({ place }) => place === 'query');
  const texts = (parameters: readonly Parameter[]) =>
    fc.record(
      Object.fromEntries(parameters.map(({ name, schema }) => [name, values.field(name, schema).map(String)])),
      { requiredKeys: parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name) },
    ) as fc.Arbitrary<Record<string, string>>;
  return fc
    .tuple(
      texts(inPath),
      texts(inQuery),
      operation.body === undefined ? fc.constant(undefined) : values.object(operation.body),
    )
    .map(([path, query, body]) => ({ path, query: Object.entries(query), body }));
}

function assemble(operation: Operation, { path, query, body }: Parts): Partial<FuzzRequest> {
  const target = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(path[name] ?? ''));
  const search = query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
  return {
    target: search === '' ? target : `${target}?${search}`,
    headers: body === undefined ? {} : json,
    body: body === undefined ? undefined : JSON.stringify(body),
  };
}

/** One field missing, unknown, of another type or out of its limits. */
function almost(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const names = Object.keys(parts.body ?? {});
  const inBody = (body: Record<string, unknown>) => assemble(operation, { ...parts, body });
  const unknownName = fc.constantFrom('unknown', 'id', 'userId', 'senderId', 'isAdmin', '__proto__', 'constructor');
  const unknown = fc.tuple(unknownName, anyJson).map(([name, value]) => inBody(withOwn(parts.body ?? {}, name, value)));
  if (names.length === 0) return unknown;
  const name = fc.constantFrom(...names);
  return fc.oneof(
    unknown,
    name.map((gone) => inBody(Object.fromEntries(Object.entries(parts.body ?? {}).filter(([key]) => key !== gone)))),
    fc.tuple(name, anyJson).map(([name, value]) => inBody({ ...parts.body, [name]: value })),
  );
}

/** Makes `__proto__` a key like any other, as JSON does. */
function withOwn(body: object, name: string, value: unknown): Record<string, unknown> {
  return Object.defineProperty({ ...body }, name, { value, enumerable: true });
}

function strangePath(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const { target = '/', ...rest } = assemble(operation, parts);
  const whole = fc.constantFrom(
    `${target}/`,
    `/${target}`,
    `${target}%00`,
    `${target}/..`,
    target.toUpperCase(),
    `${target};x=1`,
  );
  if (Object.keys(parts.path).length === 0) return whole.map((odd) => ({ ...rest, target: encodedLine(odd) }));
  const segment = fc.constantFrom(...strangeSegments).map((odd) => operation.path.replaceAll(/\{\w+\}/g, odd));
  return fc
    .oneof({ weight: 1, arbitrary: whole }, { weight: 4, arbitrary: segment })
    .map((odd) => ({ ...rest, target: encodedLine(odd) }));
}

/** A request line takes no spaces and nothing above ASCII. */
function encodedLine(target: string): string {
  return target.replaceAll(/[^\x21-\x7e]/gu, (sign) => encoded(sign));
}

function strangeQuery(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const { target = '/', ...rest } = assemble(operation, parts);
  const names = [
    ...operation.parameters.map(({ name }) => name),
    'unknown',
    '__proto__',
    'constructor',
    'a[]',
    'a[b]',
    '',
  ];
  const pair = fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(...hostileTexts))
    .map(([name, text]) => `${name}=${encoded(text).slice(0, 6_000)}`);
  const raw = fc.constantFrom(
    '%',
    '%zz=%zz',
    '&&&',
    '=',
    'a&a&a',
    'limit=1&limit=2',
    '?',
    'a=b;c=d',
    '%00=%00',
    'limit',
    '+',
    '#',
  );
  return fc
    .array(fc.oneof(pair, raw), { minLength: 1, maxLength: 3 })
    .map((pairs) => ({ ...rest, target: `${target}${target.includes('?') ? '&' : '?'}${pairs.join('&')}` }));
}

function strangeBody(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const made = assemble(operation, { ...parts, body: parts.body ?? {} });
  const text = JSON.stringify(parts.body ?? {});
  const names = Object.keys(parts.body ?? {});
  const twice = fc
    .tuple(fc.constantFrom('a', ...names), anyJson)
    .map(([name, value]) => `{${JSON.stringify(name)}:${JSON.stringify(value)},${text.slice(1)}`.replace(/,\}$/, '}'));
  const cut = fc.integer({ min: 0, max: Math.max(0, text.length - 1) }).map((end) => text.slice(0, end));
  return fc.oneof(fc.constantFrom(...strangeBodies), twice, cut).map((body) => ({ ...made, body }));
}

function strangeType(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const made = assemble(operation, parts);
  return fc.constantFrom(...strangeTypes).map((type) => ({ ...made, headers: { 'Content-Type': type } }));
}

function strangeMethod(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const made = assemble(operation, parts);
  return fc
    .constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE')
    .map((method) => ({ ...made, method }));
}

function strangeHeader(operation: Operation, parts: Parts): fc.Arbitrary<Partial<FuzzRequest>> {
  const made = assemble(operation, parts);
  return fc
    .array(fc.constantFrom(...strangeHeaders), { minLength: 1, maxLength: 3 })
    .map((odd) => ({ ...made, headers: { ...made.headers, ...Object.fromEntries(odd) } }));
}
