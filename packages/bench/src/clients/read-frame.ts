/**
 * Reads what the server pushes and answers, from its bytes: a generator that parsed JSON for every frame would be the slower side.
 * What does not look as expected is parsed, so that a change of the wire format makes it slow, not wrong.
 */
export interface Seen {
  /** Of a reply: its number, and whether it is a result. */
  replyId: number;
  isResult: boolean;
  /** It is the error `busy`. */
  isBusy: boolean;
  /** Of a `message.changed`: which change of which conversation, and whose message. 0: none. */
  conversationId: number;
  version: number;
  senderId: number;
}

const messagePrefix = bytesOf('{"push":"message.changed","message":{"conversationId":');
const replyPrefix = bytesOf('{"id":');
const resultPart = bytesOf(',"result":');
const busyPart = bytesOf(',"error":{"code":"busy"');
const versionPart = bytesOf('"version":');
const senderPart = bytesOf(',"senderId":');
/** The version comes after seq and id. */
const versionWithin = 120;

/** One object for all frames: look at it before the next call. */
const seen: Seen = { replyId: 0, isResult: false, isBusy: false, conversationId: 0, version: 0, senderId: 0 };
let at = 0;

export function readFrame(bytes: Uint8Array, start: number, end: number): Seen {
  seen.replyId = 0;
  seen.conversationId = 0;
  if (startsWith(bytes, start, replyPrefix)) {
    seen.replyId = number(bytes, start + replyPrefix.length);
    seen.isResult = startsWith(bytes, at, resultPart);
    seen.isBusy = !seen.isResult && startsWith(bytes, at, busyPart);
  } else if (startsWith(bytes, start, messagePrefix)) {
    seen.conversationId = number(bytes, start + messagePrefix.length);
    seen.version = versionAfter(bytes, at);
    seen.senderId = startsWith(bytes, at, senderPart) ? number(bytes, at + senderPart.length) : 0;
    if (seen.version === 0 || seen.senderId === 0) parse(bytes, start, end);
  } else parse(bytes, start, end);
  return seen;
}

function parse(bytes: Uint8Array, start: number, end: number): void {
  const frame = JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))) as {
    id?: number;
    result?: unknown;
    error?: { code: string };
    push?: string;
    message?: { conversationId: number; version: number; senderId: number };
  };
  if (frame.id !== undefined) {
    seen.replyId = frame.id;
    seen.isResult = frame.result !== undefined;
    seen.isBusy = frame.error?.code === 'busy';
  } else if (frame.push === 'message.changed' && frame.message !== undefined) {
    seen.conversationId = frame.message.conversationId;
    seen.version = frame.message.version;
    seen.senderId = frame.message.senderId;
  }
}

function versionAfter(bytes: Uint8Array, from: number): number {
  for (let index = from; index < from + versionWithin; index++)
    if (bytes[index] === 0x76 && startsWith(bytes, index - 1, versionPart))
      return number(bytes, index - 1 + versionPart.length);
  return 0;
}

/** The digits from `from`; `at` is what comes after them. */
function number(bytes: Uint8Array, from: number): number {
  let value = 0;
  at = from;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
    at++;
  }
}

function startsWith(bytes: Uint8Array, from: number, prefix: Uint8Array): boolean {
  // From its end, where prefixes differ first.
  for (let index = prefix.length - 1; index >= 0; index--) if (bytes[from + index] !== prefix[index]) return false;
  return true;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
