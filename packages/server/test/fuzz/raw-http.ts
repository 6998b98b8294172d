import { RawSocket } from '../connect/raw-socket.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

/** How long an answer may take, on a machine that does much else: only a request that hangs needs it. */
const patienceMs = 10_000;

/** Asks over one connection after the other exactly what is written: no client in between makes it better. */
export class RawHttp {
  private readonly port: number;
  private socket: RawSocket | undefined;

  constructor(port: number) {
    this.port = port;
  }

  /** @throws when no answer came in time, or the connection ended without one. */
  async ask(request: RawRequest): Promise<RawAnswer> {
    if (this.socket?.isClosed !== false) this.socket = await RawSocket.open(this.port);
    const { socket } = this;
    socket.write(bytesOf(request));
    const late = Bun.sleep(patienceMs).then(() => 'late' as const);
    const answer = await Promise.race([socket.read((bytes) => answerIn(bytes, request.method)), late]);
    if (answer === 'late') throw new Error('No answer came in time.');
    if (answer.status === 100) throw new Error('An answer before the answer.');
    // What a refused request left unread must not be taken for the next one's begin.
    if (answer.status >= 400 || answer.headers.get('connection') === 'close') this.close();
    return answer;
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }
}

function bytesOf({ method, target, headers, body }: RawRequest): Buffer {
  const payload = Buffer.from(body ?? '');
  const length = body === undefined ? '' : `Content-Length: ${payload.length}\r\n`;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n${length}${lines.join('')}\r\n`, 'latin1'),
    payload,
  ]);
}

/** The first whole answer; one before it that only says to go on is skipped. */
function answerIn(bytes: Buffer, method: string): { value: RawAnswer; used: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(first.split(' ')[1]);
  if (status === 100) {
    const next = answerIn(bytes.subarray(end + 4), method);
    return next === undefined ? undefined : { value: next.value, used: next.used + end + 4 };
  }
  const headers = new Headers(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const rest = bytes.subarray(end + 4);
  const body = method === 'HEAD' || status === 204 || status === 304 ? { text: '', used: 0 } : bodyIn(rest, headers);
  return body === undefined ? undefined : { value: { status, headers, body: body.text }, used: end + 4 + body.used };
}

function bodyIn(bytes: Buffer, headers: Headers): { text: string; used: number } | undefined {
  if (headers.get('transfer-encoding') === 'chunked') return chunksIn(bytes);
  const length = Number(headers.get('content-length') ?? 0);
  return bytes.length < length ? undefined : { text: bytes.toString('utf8', 0, length), used: length };
}

function chunksIn(bytes: Buffer): { text: string; used: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const start = line + 2;
    if (bytes.length < start + size + 2) return undefined;
    if (size === 0) return { text: Buffer.concat(parts).toString(), used: start + 2 };
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}
