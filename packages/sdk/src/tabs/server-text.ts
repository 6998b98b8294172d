import type { ReplyFrame } from '@parley/protocol';

const replyStart = /^\{"id":(\d+),/;
const pushStart = /^\{"push":"([\w.]+)"/;

export interface ServerText {
  /** Of a reply. */
  readonly id?: number;
  /** A push’s name. */
  readonly push?: string;
}

/** What a frame of the server is; seen without reading all of it, as servers write it. Neither for what nobody can read. */
export function readServerText(text: string): ServerText {
  const [, id] = replyStart.exec(text) ?? [];
  if (id !== undefined) return { id: Number(id) };
  const [, push] = pushStart.exec(text) ?? [];
  if (push !== undefined) return { push };
  const frame = parsed(text);
  return {
    ...(typeof frame['id'] === 'number' ? { id: frame['id'] } : {}),
    ...(typeof frame['push'] === 'string' ? { push: frame['push'] } : {}),
  };
}

/** An error for what nobody can read. */
export function readReply(text: string): ReplyFrame | { readonly error: unknown } {
  const frame = parsed(text);
  return 'result' in frame ? (frame as unknown as ReplyFrame) : { error: frame['error'] };
}

/** The same reply under another number. */
export function withId(text: string, id: number): string {
  if (replyStart.test(text)) return text.replace(replyStart, `{"id":${id},`);
  return JSON.stringify({ ...parsed(text), id });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === 'object' && frame !== null ? (frame as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
