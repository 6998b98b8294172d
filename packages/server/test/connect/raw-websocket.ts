import { RawSocket } from './raw-socket.ts';

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface Handshake {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A frame as a client writes it; `first` and `mask` can be wrong on purpose. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array,
  options: { first?: number; isMasked?: boolean } = {},
): Buffer {
  const { first = 0x80 | opcode, isMasked = true } = options;
  const mask = isMasked ? 0x80 : 0;
  const size = payload.length;
  const header =
    size < 126
      ? Buffer.from([first, mask | size])
      : Buffer.from([first, mask | 127, 0, 0, 0, 0, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  const key = isMasked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0);
  const masked = Buffer.from(payload);
  if (isMasked)
    for (let index = 0; index < size; index++) masked[index] = (masked[index] as number) ^ (key[index % 4] as number);
  return Buffer.concat([header, key, masked]);
}

/** A WebSocket client that can send anything and can stop reading. */
export class RawWebSocket {
  readonly socket: RawSocket;
  readonly status: number;
  readonly head: string;

  private constructor(socket: RawSocket, head: string) {
    this.socket = socket;
    this.head = head;
    this.status = Number(head.split(' ')[1]);
  }

  static async open(port: number, { path = '/v1/socket', headers = {} }: Handshake = {}): Promise<RawWebSocket> {
    const socket = await RawSocket.open(port);
    const lines = {
      Host: `127.0.0.1:${port}`,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Version': '13',
      ...headers,
    };
    socket.write(
      `GET ${path} HTTP/1.1\r\n${Object.entries(lines)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    );
    const head = await socket.read((bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      return end < 0 ? undefined : { value: bytes.toString('latin1', 0, end), used: end + 4 };
    });
    return new RawWebSocket(socket, head);
  }

  sendText(text: string): void {
    this.socket.write(clientFrame(1, Buffer.from(text)));
  }

  /** One command; its id is `id`. */
  command(id: number, command: string, params: unknown = {}): void {
    this.sendText(JSON.stringify({ id, command, params }));
  }

  frame(): Promise<RawFrame> {
    return this.socket.read(readFrame);
  }

  /** The next text frame's JSON. */
  async json(): Promise<Record<string, unknown>> {
    const { opcode, payload } = await this.frame();
    if (opcode !== 1) throw new Error(`A frame of opcode ${opcode}: ${payload.toString()}`);
    return JSON.parse(payload.toString()) as Record<string, unknown>;
  }

  /** Reads on until the close frame. */
  async closeFrame(): Promise<{ code: number; reason: string; before: string[] }> {
    const before: string[] = [];
    for (;;) {
      const { opcode, payload } = await this.frame();
      if (opcode === 8) return { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2), before };
      before.push(payload.toString());
    }
  }

  destroy(): void {
    this.socket.destroy();
  }
}

function readFrame(bytes: Buffer): { value: RawFrame; used: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = (bytes[1] as number) & 127;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const size = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + size) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + size));
  return { value: { opcode: (bytes[0] as number) & 15, payload }, used: start + size };
}
