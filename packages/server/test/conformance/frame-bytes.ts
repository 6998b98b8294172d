export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: string | Uint8Array;
  /** Default true. */
  readonly isFinal?: boolean;
  /** The three reserved bits: 4, 2, 1. */
  readonly reserved?: number;
  /** A client has to mask; undefined leaves it out. */
  readonly key?: readonly [number, number, number, number] | undefined;
  /** How the length is written; by default the shortest way. */
  readonly lengthBytes?: 1 | 3 | 9;
  /** What the header says instead of the payload's length. */
  readonly declared?: bigint;
}

const defaultKey = [0x37, 0xfa, 0x21, 0x3d] as const;

/** One frame of RFC 6455 §5.2 as a client writes it; everything in it can be wrong on purpose. */
export function frameBytes(parts: FrameParts): Buffer {
  const { opcode, isFinal = true, reserved = 0, lengthBytes } = parts;
  const key = 'key' in parts ? parts.key : defaultKey;
  const payload = Buffer.from(parts.payload ?? '');
  const length = parts.declared ?? BigInt(payload.length);
  const size = lengthBytes ?? (length < 126n ? 1 : length < 65_536n ? 3 : 9);
  const header = Buffer.alloc(1 + size);
  header[0] = (isFinal ? 0x80 : 0) | (reserved << 4) | opcode;
  header[1] = (key === undefined ? 0 : 0x80) | (size === 1 ? Number(length) : size === 3 ? 126 : 127);
  if (size === 3) header.writeUInt16BE(Number(length), 2);
  if (size === 9) header.writeBigUInt64BE(length, 2);
  if (key === undefined) return Buffer.concat([header, payload]);
  return Buffer.concat([header, Buffer.from(key), payload.map((byte, index) => byte ^ (key[index % 4] ?? 0))]);
}

export const text = (payload: string | Uint8Array, more: Partial<FrameParts> = {}): Buffer =>
  frameBytes({ opcode: opcode.text, payload, ...more });
export const ping = (payload: string | Uint8Array = '', more: Partial<FrameParts> = {}): Buffer =>
  frameBytes({ opcode: opcode.ping, payload, ...more });
export const pong = (payload: string | Uint8Array = ''): Buffer => frameBytes({ opcode: opcode.pong, payload });

/** A close frame; without a code its payload is empty. */
export function close(code?: number, reason: string | Uint8Array = ''): Buffer {
  const head = Buffer.alloc(code === undefined ? 0 : 2);
  if (code !== undefined) head.writeUInt16BE(code);
  return frameBytes({ opcode: opcode.close, payload: Buffer.concat([head, Buffer.from(reason)]) });
}

/** One message in several frames, cut after so many bytes of its payload each. */
export function fragments(
  payload: string | Uint8Array,
  sizes: readonly number[],
  kind: number = opcode.text,
): Buffer[] {
  const bytes = Buffer.from(payload);
  const parts: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    parts.push(bytes.subarray(at, at + size));
    at += size;
  }
  parts.push(bytes.subarray(at));
  return parts.map((part, index) =>
    frameBytes({
      opcode: index === 0 ? kind : opcode.continuation,
      payload: part,
      isFinal: index === parts.length - 1,
    }),
  );
}

/** The same bytes in writes of so many bytes each. */
export function chopped(bytes: Uint8Array, size: number): Buffer[] {
  const whole = Buffer.from(bytes);
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  );
}
