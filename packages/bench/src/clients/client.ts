import type { Socket } from 'bun';
import { readFrame, type Seen } from './read-frame.ts';

/** What becomes of the frames of all clients of a fleet. Called for every frame: keep it short. */
export interface Ears {
  onReply?(client: Client, replyId: number, reply: Seen): void;
  onMessage?(client: Client, message: Seen): void;
}

const closeOpcode = 8;
const textOpcode = 1;
const lengthOf16Bits = 126;
const lengthOf64Bits = 127;
const endOfHead = '\r\n\r\n';
const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

/** A signed-in user on a bare TCP socket that speaks just enough WebSocket, so that thousands cost the generator little. */
export class Client {
  readonly userId: number;
  isOpen = false;
  isClosed = false;
  private readonly ears: Ears;
  private readonly asked = new Map<number, (isResult: boolean) => void>();
  private socket: Socket<Client> | undefined;
  private rest = nothing;
  private unwritten: Uint8Array[] = [];
  private commands = 0;
  private whenOpen: () => void = () => undefined;

  constructor(userId: number, ears: Ears) {
    this.userId = userId;
    this.ears = ears;
  }

  /** Resolves when the handshake is through. */
  async open(port: number): Promise<void> {
    const opened = new Promise<void>((resolve) => (this.whenOpen = resolve));
    this.socket = await Bun.connect<Client>({ hostname: '127.0.0.1', port, data: this, socket: handlers });
    this.socket.write(handshake(port));
    await opened;
  }

  /** Sends a command and does not wait. @returns its number, 1, 2, 3 … */
  send(command: string, params: string): number {
    const id = ++this.commands;
    this.write(textFrame(`{"id":${id},"command":"${command}","params":${params}}`));
    return id;
  }

  /** Resolves with whether the answer was a result. */
  ask(command: string, params: object): Promise<boolean> {
    return new Promise((resolve) => {
      this.asked.set(this.send(command, JSON.stringify(params)), resolve);
    });
  }

  /** Bytes as they are, such as the beginning of a frame. What the socket does not take, as when the server does not read, waits. */
  write(bytes: Uint8Array): void {
    const written = this.unwritten.length > 0 ? 0 : (this.socket?.write(bytes) ?? 0);
    if (written < bytes.length) this.unwritten.push(bytes.subarray(Math.max(0, written)));
  }

  /** Reads no more until `resume`. */
  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  drained(): void {
    const { unwritten } = this;
    this.unwritten = [];
    for (const bytes of unwritten) this.write(bytes);
  }

  close(): void {
    this.socket?.terminate();
  }

  take(chunk: Uint8Array): void {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    if (!this.isOpen) bytes = this.afterHandshake(bytes);
    const used = this.isOpen ? this.takeFrames(bytes) : 0;
    this.rest = used === bytes.length ? nothing : bytes.slice(used);
  }

  ended(): void {
    this.isClosed = true;
    for (const resolve of this.asked.values()) resolve(false);
  }

  private afterHandshake(bytes: Uint8Array): Uint8Array {
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(endOfHead);
    if (end < 0) return bytes;
    this.isOpen = true;
    this.whenOpen();
    return bytes.subarray(end + endOfHead.length);
  }

  /** @returns the bytes of the whole frames. */
  private takeFrames(bytes: Uint8Array): number {
    let at = 0;
    while (at + 2 <= bytes.length) {
      const short = bytes[at + 1] ?? 0;
      const start = at + 2 + (short < lengthOf16Bits ? 0 : short === lengthOf16Bits ? 2 : 8);
      if (start > bytes.length) return at;
      const end = start + lengthAt(bytes, at, short);
      if (end > bytes.length) return at;
      this.takeFrame(bytes, start, end, (bytes[at] ?? 0) & 0xf);
      at = end;
    }
    return at;
  }

  // oxlint-disable-next-line eslint/max-params -- once per frame: an object for its four numbers would cost more than reading it
  private takeFrame(bytes: Uint8Array, start: number, end: number, opcode: number): void {
    if (opcode === closeOpcode) this.isClosed = true;
    if (opcode !== textOpcode) return;
    const seen = readFrame(bytes, start, end);
    if (seen.conversationId > 0) this.ears.onMessage?.(this, seen);
    else if (seen.replyId > 0) this.takeReply(seen.replyId, seen);
  }

  private takeReply(replyId: number, reply: Seen): void {
    const resolve = this.asked.size === 0 ? undefined : this.asked.get(replyId);
    if (resolve === undefined) {
      this.ears.onReply?.(this, replyId, reply);
      return;
    }
    this.asked.delete(replyId);
    resolve(reply.isResult);
  }
}

const handlers = {
  data: (socket: Socket<Client>, chunk: Uint8Array) => socket.data.take(chunk),
  drain: (socket: Socket<Client>) => socket.data.drained(),
  close: (socket: Socket<Client>) => socket.data.ended(),
  error: (socket: Socket<Client>) => socket.data.ended(),
};

function lengthAt(bytes: Uint8Array, at: number, short: number): number {
  if (short < lengthOf16Bits) return short;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return short === lengthOf64Bits ? Number(view.getBigUint64(2)) : view.getUint16(2);
}

/** A masked text frame; the mask is zero, so that masking changes nothing. */
function textFrame(text: string): Uint8Array {
  const bytes = Buffer.byteLength(text);
  const head = bytes < lengthOf16Bits ? 6 : 8;
  const frame = new Uint8Array(head + bytes);
  frame[0] = 0x80 | textOpcode;
  if (head === 6) frame[1] = 0x80 | bytes;
  else {
    frame[1] = 0x80 | lengthOf16Bits;
    frame[2] = bytes >> 8;
    frame[3] = bytes & 0xff;
  }
  encoder.encodeInto(text, frame.subarray(head));
  return frame;
}

function handshake(port: number): string {
  const lines = [
    'GET /v1/socket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version: 13',
  ];
  return `${lines.join('\r\n')}${endOfHead}`;
}
