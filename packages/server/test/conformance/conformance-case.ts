/** What became of a connection's writes, as far as the rules say. */
export interface Outcome {
  /** Texts of the messages that were understood, as they come back from the room. */
  readonly said?: readonly string[];
  /** Codes of the errors that frames were answered with. */
  readonly refused?: readonly string[];
  /** Payloads of pongs, in latin1. */
  readonly pongs?: readonly string[];
  /** How the connection ended: the server's close code, 1005 for a close frame without one, `cut` without a close frame. */
  readonly end?: number | 'cut';
}

/** One row of the suite: what a client writes once it is signed in, and what must come of it. */
export interface ConformanceCase {
  /** After the public Autobahn groups, such as 5.3. */
  readonly id: string;
  readonly name: string;
  /** Written first; the rest waits until each of these writes has come to something. */
  readonly before?: readonly Uint8Array[];
  /** What is written, in so many writes. */
  readonly writes: readonly Uint8Array[];
  /** By RFC 6455 and PROTOCOL.md. */
  readonly expected: Outcome;
  /** A message was begun and not ended, so that only control frames may follow. */
  readonly isUnfinished?: true;
  /** Where this server does something else, and why that is right or harmless. */
  readonly deviation?: { readonly outcome: Outcome; readonly because: string };
}

/** A group of the suite. */
export interface ConformanceGroup {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** Numbers the cases of a group in their order: `5.1`, `5.2` … */
export function group(number: number, name: string, cases: readonly Omit<ConformanceCase, 'id'>[]): ConformanceGroup {
  return {
    name: `${number} ${name}`,
    cases: cases.map((row, index) => ({ id: `${number}.${index + 1}`, ...row })),
  };
}

const head = '{"id":1,"command":"message.send","params":{"conversationId":1,"clientMsgId":"';
let said = 0;

/** The payload of a frame that says something in the room; the text may be bytes that are no UTF-8. */
export function saying(text: string | Uint8Array): Buffer {
  const body = typeof text === 'string' ? JSON.stringify(text).slice(1, -1) : text;
  const middle = `${head}case-${++said}","content":{"type":"text","text":"`;
  return Buffer.concat([Buffer.from(middle), Buffer.from(body), Buffer.from('"}}}')]);
}

/** The same in a frame of exactly so many bytes: JSON may be followed by spaces. */
export function sayingIn(bytes: number, text: string): Buffer {
  const payload = saying(text);
  if (payload.length > bytes) throw new Error(`${text} needs ${payload.length} bytes.`);
  return Buffer.concat([payload, Buffer.alloc(bytes - payload.length, ' ')]);
}
