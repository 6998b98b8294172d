import { ParleyError } from './errors.ts';
import { limits } from './limits.ts';

/**
 * TCP framings, told apart by a packet's first two bytes.
 * - `v1`, the seed's: `v1`, 2 bytes big-endian signed length of the whole packet, header included (4 to 32,767), the payload.
 * - `v2`, ours: `v2`, 4 bytes big-endian unsigned length of the payload alone (a client's at most `frameBytesMax`), the payload.
 *
 * A payload is text in UTF-8. One stream may mix both.
 */
export type PacketVersion = 'v1' | 'v2';

const letterV = 0x76;
const digits = { v1: 0x31, v2: 0x32 } as const;
const headerBytes = { v1: 4, v2: 6 } as const;

/** Sizes of the two framings, in bytes. */
export const packetLimits = {
  /** Whole packet; the length is a signed 16-bit number. `frame-too-large` */
  v1BytesMax: 32_767,
  /** Payload a client may send. `frame-too-large` */
  v2PayloadBytesMax: limits.frameBytesMax,
  /** Payload the server may send: replies hold whole pages. */
  v2ServerPayloadBytesMax: limits.socketBufferBytesMax / 2,
} as const;

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

/** One packet, header and payload. @throws ParleyError `frame-too-large` when the text does not fit the framing. */
export function encodePacket(version: PacketVersion, text: string): Uint8Array {
  const payload = encoder.encode(text);
  const header = headerBytes[version];
  const isTooLarge =
    version === 'v1'
      ? header + payload.length > packetLimits.v1BytesMax
      : payload.length > packetLimits.v2ServerPayloadBytesMax;
  if (isTooLarge) throw new ParleyError('frame-too-large', `The text is too large for a ${version} packet.`);
  const packet = new Uint8Array(header + payload.length);
  packet[0] = letterV;
  packet[1] = digits[version];
  const view = new DataView(packet.buffer);
  if (version === 'v1') view.setInt16(2, packet.length);
  else view.setUint32(2, payload.length);
  packet.set(payload, header);
  return packet;
}

/** What a packet's header says: read before anything is allocated for it. */
interface Header {
  readonly version: PacketVersion;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a stream of bytes into packets, however they are split or stuck together. Holds at most one unfinished packet and
 * copies each byte a constant number of times. After the first error nothing more can be read: every later `push` throws it.
 *
 * @example
 * const decoder = new PacketDecoder();
 * for (const text of decoder.push(chunk)) handle(text);
 * decoder.check();
 */
export class PacketDecoder {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  private readonly v2BytesMax: number;
  /** Begins of the packet that is not whole yet. */
  private held = nothing;
  private heldBytes = 0;
  private lastVersion: PacketVersion | undefined;
  private failure: ParleyError | undefined;

  /** @param v2BytesMax payload of a `v2` packet: what clients may send, unless this is a client. */
  constructor(v2BytesMax: number = packetLimits.v2PayloadBytesMax) {
    this.v2BytesMax = v2BytesMax;
  }

  /**
   * The texts of the packets that became whole, in order.
   * @throws ParleyError `invalid-frame` or `frame-too-large`. Whole packets that stood before the error in the same chunk
   * are not lost: they are answered, and `check` or the next `push` throws.
   */
  push(chunk: Uint8Array): readonly string[] {
    this.check();
    const texts: string[] = [];
    try {
      const rest = this.finishHeld(chunk, texts);
      if (rest !== undefined) this.hold(this.cut(rest, texts));
    } catch (error) {
      this.fail(error as ParleyError);
      if (texts.length === 0) throw error;
    }
    return texts;
  }

  /** The framing of the last whole packet: the one to answer in. */
  get version(): PacketVersion | undefined {
    return this.lastVersion;
  }

  /** Throws what was wrong with the stream, if anything was. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** Bytes that wait for the rest of their packet. */
  get waitingBytes(): number {
    return this.heldBytes;
  }

  private fail(error: ParleyError): void {
    this.failure = error;
    this.release();
  }

  private release(): void {
    this.held = nothing;
    this.heldBytes = 0;
  }

  /** Completes the packet that is held; answers what is left of the chunk, or undefined when all of it was needed. */
  private finishHeld(chunk: Uint8Array, texts: string[]): Uint8Array | undefined {
    let rest = chunk;
    while (this.heldBytes > 0) {
      const header = readHeader(this.held.subarray(0, this.heldBytes), this.v2BytesMax);
      const missing = header === undefined ? 1 : header.end - this.heldBytes;
      if (missing > 0 && rest.length === 0) return undefined;
      if (missing > 0) {
        this.hold(rest.subarray(0, missing), header?.end);
        rest = rest.subarray(Math.min(missing, rest.length));
      } else if (header !== undefined) {
        texts.push(this.textOf(this.held, header));
        this.release();
      }
    }
    return rest;
  }

  /** Cuts whole packets out of the bytes; answers what is left. */
  private cut(bytes: Uint8Array, texts: string[]): Uint8Array {
    let rest = bytes;
    for (;;) {
      const header = readHeader(rest, this.v2BytesMax);
      if (header === undefined || header.end > rest.length) return rest;
      texts.push(this.textOf(rest, header));
      rest = rest.subarray(header.end);
    }
  }

  private textOf(bytes: Uint8Array, { version, start, end }: Header): string {
    this.lastVersion = version;
    try {
      return this.utf8.decode(bytes.subarray(start, end));
    } catch (cause) {
      throw new ParleyError('invalid-frame', 'The packet is not UTF-8.', { cause });
    }
  }

  /** Keeps bytes for later. Grows by doubling, so that what is declared and never comes is never allocated. */
  private hold(bytes: Uint8Array, end = 0): void {
    if (bytes.length === 0) return;
    const needed = this.heldBytes + bytes.length;
    if (needed > this.held.length) {
      const grown = new Uint8Array(Math.max(needed, Math.min(end, needed * 2), 64));
      grown.set(this.held.subarray(0, this.heldBytes));
      this.held = grown;
    }
    this.held.set(bytes, this.heldBytes);
    this.heldBytes = needed;
  }
}

/** Undefined: not all of the header is there. @throws ParleyError `invalid-frame` or `frame-too-large` as soon as it can be seen. */
function readHeader(bytes: Uint8Array, v2BytesMax: number): Header | undefined {
  if (bytes.length > 0 && bytes[0] !== letterV) throw unknownVersion();
  if (bytes.length < 2) return undefined;
  if (bytes[1] === digits.v1) return readV1(bytes);
  if (bytes[1] === digits.v2) return readV2(bytes, v2BytesMax);
  throw unknownVersion();
}

function readV1(bytes: Uint8Array): Header | undefined {
  if (bytes.length < headerBytes.v1) return undefined;
  const end = new DataView(bytes.buffer, bytes.byteOffset).getInt16(2);
  if (end < headerBytes.v1) throw new ParleyError('invalid-frame', `A v1 packet cannot be ${end} bytes long.`);
  return { version: 'v1', start: headerBytes.v1, end };
}

function readV2(bytes: Uint8Array, v2BytesMax: number): Header | undefined {
  if (bytes.length < headerBytes.v2) return undefined;
  const payload = new DataView(bytes.buffer, bytes.byteOffset).getUint32(2);
  if (payload > v2BytesMax) throw new ParleyError('frame-too-large');
  return { version: 'v2', start: headerBytes.v2, end: headerBytes.v2 + payload };
}

function unknownVersion(): ParleyError {
  return new ParleyError('invalid-frame', 'A packet begins with v1 or v2.');
}
