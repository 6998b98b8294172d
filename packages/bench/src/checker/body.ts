import type { Content } from '@parley/protocol';
import type { Shown } from './history-event.ts';

const states = new WeakMap<Shown, string>();

interface Body {
  readonly content: Content;
  readonly replyTo?: number | undefined;
}

/** What somebody wrote, as text that is equal iff the bodies are: the order of fields does not count. */
export function bodyOf({ content, replyTo }: Body): string {
  // Nearly all are of this kind, and a run sees a million of them.
  if (content.type === 'text' && content.mentions === undefined) return `${replyTo ?? ''} ${content.text}`;
  return canonical({ content, replyTo });
}

/** All that can change of a message, likewise. */
export function stateOf(message: Shown): string {
  let state = states.get(message);
  if (state === undefined) {
    const { editedAt, reactions = [] } = message;
    state = `${editedAt ?? ''} ${reactions.length === 0 ? '' : canonical(reactions)} ${bodyOf(message)}`;
    states.set(message, state);
  }
  return state;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isPlain(part) ? sorted(part) : part));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
