/** One opening handshake, and how it is answered. */
export interface HandshakeCase {
  readonly id: string;
  readonly name: string;
  /** The bytes, in latin1. */
  readonly request: string;
  /** `cut`: the connection ends without an answer. */
  readonly status: number | 'cut';
  /** By RFC 6455 or RFC 9112 it would be this; why it is not is said beside it. */
  readonly deviation?: { readonly from: number; readonly because: string };
  /** The subprotocol that is agreed on. */
  readonly subprotocol?: string;
  /** How many answers come in all, once a last good request has been sent behind it on the same connection. */
  readonly answers?: number;
}

type Row = Omit<HandshakeCase, 'id'>;
type Headers = Readonly<Record<string, string | undefined>>;

export const key = 'dGhlIHNhbXBsZSBub25jZQ==';
export const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const usual: Headers = {
  Host: '127.0.0.1',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': key,
  'Sec-WebSocket-Version': '13',
};
const usualLine = 'GET /v1/socket HTTP/1.1';

interface RequestParts {
  readonly line?: string;
  /** Instead of the usual ones; undefined leaves one out. */
  readonly headers?: Headers;
  /** Written as they are, behind the others. */
  readonly more?: string;
  readonly body?: string;
}

function request({ line = usualLine, headers = {}, more = '', body = '' }: RequestParts = {}): string {
  const lines = Object.entries({ ...usual, ...headers }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}\r\n`],
  );
  return `${line}\r\n${lines.join('')}${more}\r\n${body}`;
}

const row = (
  name: string,
  status: HandshakeCase['status'],
  { and = {}, ...parts }: RequestParts & { readonly and?: Partial<Row> },
): Row => ({ name, status, request: request(parts), ...and });
const inner = 'GET /smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const chunkedInner = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`;

const good: readonly Row[] = [
  row('the RFC’s own example is answered with its own key', 101, {}),
  row('Upgrade in other letters', 101, { headers: { Upgrade: 'WebSocket' } }),
  row('Connection in other letters', 101, { headers: { Connection: 'uPGRADE' } }),
  row('Connection with more than Upgrade', 101, { headers: { Connection: 'keep-alive, Upgrade' } }),
  row('a key whose last bits are not zero', 101, { headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAB==' } }),
  row('our subprotocol', 101, {
    headers: { 'Sec-WebSocket-Protocol': 'parley.v1+json' },
    and: { subprotocol: 'parley.v1+json' },
  }),
  row('our subprotocol among others', 101, {
    headers: { 'Sec-WebSocket-Protocol': 'mqtt, parley.v1+json , x' },
    and: { subprotocol: 'parley.v1+json' },
  }),
  row('our subprotocol in a second header', 101, {
    headers: { 'Sec-WebSocket-Protocol': 'mqtt' },
    more: 'Sec-WebSocket-Protocol: parley.v1+json\r\n',
    and: { subprotocol: 'parley.v1+json' },
  }),
  row('compression is offered, and not taken', 101, {
    headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' },
  }),
  row('an extension nobody knows', 101, { headers: { 'Sec-WebSocket-Extensions': 'x-nothing; a="b"' } }),
  row('a query', 101, { line: 'GET /v1/socket?token=x HTTP/1.1' }),
  row('a body that is empty', 101, { headers: { 'Content-Length': '0' } }),
  row('the seed’s path', 101, { line: 'GET /ws HTTP/1.1' }),
];

const missing: readonly Row[] = [
  row('no Host', 400, { headers: { Host: undefined } }),
  row('no Upgrade', 426, { headers: { Upgrade: undefined } }),
  row('another Upgrade', 400, { headers: { Upgrade: 'h2c' } }),
  row('an Upgrade with a version', 400, { headers: { Upgrade: 'websocket/13' } }),
  row('a choice of upgrades', 400, {
    headers: { Upgrade: 'websocket, h2c' },
    and: {
      deviation: {
        from: 101,
        because: 'A choice is allowed, but no client offers one, and proxies differ in which they take.',
      },
    },
  }),
  row('two Upgrade headers', 400, { more: 'Upgrade: h2c\r\n' }),
  row('no Connection', 400, { headers: { Connection: undefined } }),
  row('a Connection that stays', 400, { headers: { Connection: 'keep-alive' } }),
  row('a Connection that closes', 400, { headers: { Connection: 'close' } }),
  row('a Connection that only resembles', 400, { headers: { Connection: 'Upgraded, xUpgrade' } }),
  row('no key', 400, { headers: { 'Sec-WebSocket-Key': undefined } }),
  row('an empty key', 400, { headers: { 'Sec-WebSocket-Key': '' } }),
  row('a key of three bytes', 400, { headers: { 'Sec-WebSocket-Key': 'AAAA' } }),
  row('a key of 32 bytes', 400, { headers: { 'Sec-WebSocket-Key': `${'A'.repeat(43)}=` } }),
  row('a key that is no Base64', 400, { headers: { 'Sec-WebSocket-Key': `${'!'.repeat(22)}==` } }),
  row('a key in the alphabet of URLs', 400, { headers: { 'Sec-WebSocket-Key': '_-AAAAAAAAAAAAAAAAAAAA==' } }),
  row('two keys', 400, { more: `Sec-WebSocket-Key: ${key}\r\n` }),
  ...[undefined, '', '0', '8', '12', '14', '013', '-13', '13, 8', 'x'].map((version) =>
    row(`version ${version ?? 'not said'}`, 426, { headers: { 'Sec-WebSocket-Version': version } }),
  ),
  row('two versions', 426, { more: 'Sec-WebSocket-Version: 8\r\n' }),
  ...['mqtt', '', ',,', 'parley.v2+json', 'Parley.V1+JSON', 'parley.v1', 'xparley.v1+json'].map((offer) =>
    row(`the subprotocol “${offer}”`, 400, { headers: { 'Sec-WebSocket-Protocol': offer } }),
  ),
];

const lines: readonly Row[] = [
  ...['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'CONNECT'].map((method) =>
    row(`the method ${method}`, 400, { line: `${method} /v1/socket HTTP/1.1` }),
  ),
  row('a method in small letters', 'cut', { line: 'get /v1/socket HTTP/1.1' }),
  row('HTTP/1.0', 101, {
    line: 'GET /v1/socket HTTP/1.0',
    and: {
      deviation: {
        from: 400,
        because:
          'The runtime does not tell the version. No browser says 1.0, and everything else is asked of it as of 1.1.',
      },
    },
  }),
  ...['HTTP/2.0', 'HTTP/1.2', 'HTTP/11', 'HTTQ/1.1', ''].map((version) =>
    row(`the version “${version}”`, 505, { line: `GET /v1/socket ${version}`.trimEnd() }),
  ),
  row('two spaces', 400, { line: 'GET  /v1/socket HTTP/1.1' }),
  row('no path', 400, { line: 'GET HTTP/1.1' }),
  row('a star for a path', 400, { line: 'GET * HTTP/1.1' }),
  ...[
    '/v1',
    '/v1/socket/',
    '/v1/socket/x',
    '//v1/socket',
    '/v1%2fsocket',
    '/V1/SOCKET',
    '/v1/socket%00',
    '/v1/socket;x',
    '/v1/socket#x',
    '/wss',
  ].map((path) => row(`the path ${path}`, 404, { line: `GET ${path} HTTP/1.1` })),
  row('a whole address whose host is another’s does not lend it', 403, {
    line: 'GET http://evil.example/v1/socket HTTP/1.1',
    headers: { Origin: 'http://evil.example' },
  }),
];

const smuggling: readonly Row[] = [
  row('two hosts', 400, { more: 'Host: evil.example\r\n' }),
  row('a host with a path', 400, { headers: { Host: '127.0.0.1/v1' } }),
  row('a host that is empty', 400, { headers: { Host: '' } }),
  row('a host with a name and a sign-in', 400, { headers: { Host: 'localhost@evil.example' } }),
  row('two origins', 403, { headers: { Origin: 'http://localhost' }, more: 'Origin: https://evil.example\r\n' }),
  row('two origins the other way round', 403, {
    headers: { Origin: 'https://evil.example' },
    more: 'Origin: http://localhost\r\n',
  }),
  row('a list of origins', 403, { headers: { Origin: 'http://localhost https://evil.example' } }),
  row('a body that is a request of its own', 400, {
    headers: { 'Content-Length': String(inner.length) },
    body: inner,
    and: { answers: 2 },
  }),
  row('a chunked body that is a request of its own', 400, {
    headers: { 'Transfer-Encoding': 'chunked' },
    body: chunkedInner,
    and: { answers: 2 },
  }),
  row('a posted body that is a request of its own', 400, {
    line: 'POST /v1/socket HTTP/1.1',
    headers: { 'Content-Length': String(inner.length) },
    body: inner,
    and: { answers: 2 },
  }),
  row('a length and chunks', 400, {
    headers: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' },
    body: '0\r\n\r\n',
    and: { answers: 1 },
  }),
  row('two lengths', 400, { headers: { 'Content-Length': '5' }, more: 'Content-Length: 6\r\n', and: { answers: 1 } }),
  row('a length that is no number', 400, { headers: { 'Content-Length': '+5' }, and: { answers: 1 } }),
  row('chunks in other letters', 400, { headers: { 'Transfer-Encoding': 'xchunked' } }),
  row('a header over two lines', 400, { more: 'X-A: a\r\n b\r\n' }),
  row('a space before the colon', 400, { more: 'X-A : a\r\n' }),
  row('a space in a name', 400, { more: 'X A: b\r\n' }),
  row('a header without a colon', 400, { more: 'garbage\r\n' }),
  row('a header without a name', 400, { more: ': b\r\n' }),
  row('a null in a value', 400, { more: 'X-A: a\0b\r\n' }),
  row('a carriage return in a value', 400, { more: 'X-A: a\rb\r\n' }),
  { name: 'lines that end without a carriage return', status: 505, request: request().replaceAll('\r\n', '\n') },
  row('a thousand headers', 431, { more: 'X-Many: 1\r\n'.repeat(1_000) }),
  row('a header of 20,000 bytes', 431, { more: `X-Long: ${'x'.repeat(20_000)}\r\n` }),
  row('an address of 20,000 bytes', 431, { line: `GET /v1/socket?${'x'.repeat(20_000)} HTTP/1.1` }),
  { name: 'a TLS hello', status: 400, request: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n' },
  { name: 'bytes that are no HTTP', status: 400, request: '\0\x01\x02\x03\r\n\r\n' },
];

/** The opening handshake: RFC 6455 §4.2, RFC 9112, and what a proxy in front could read differently. */
export const handshakes: readonly HandshakeCase[] = [...good, ...missing, ...lines, ...smuggling].map((one, index) => ({
  id: `0.${index + 1}`,
  ...one,
}));
