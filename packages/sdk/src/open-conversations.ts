import { Handle } from './conversation-handle.ts';
import type { HandleParts } from './conversation-handle.ts';
import { OpenConversation } from './open-conversation.ts';

/** Windows kept in memory after they were closed. */
const closedWindowsMax = 50;

interface Opened {
  readonly conversation: OpenConversation;
  readonly handle: Handle;
}

/** The conversations somebody holds a handle of. */
export class OpenConversations {
  readonly #parts: HandleParts;
  readonly #opened = new Map<number, Opened>();
  /** Closed windows, the one closed longest ago first. */
  readonly #closed = new Set<number>();

  constructor(parts: Omit<HandleParts, 'closed'>) {
    this.#parts = { ...parts, closed: (id) => this.#forgetLongestClosed(id) };
  }

  handle(id: number): Handle {
    const known = this.#opened.get(id);
    if (known !== undefined) return known.handle;
    const conversation = new OpenConversation(this.#parts, id);
    const handle = new Handle(this.#parts, conversation);
    this.#opened.set(id, { conversation, handle });
    return handle;
  }

  get(id: number): OpenConversation | undefined {
    return this.#opened.get(id)?.conversation;
  }

  resume(): void {
    for (const { conversation } of this.#opened.values()) conversation.resume();
  }

  clear(): void {
    for (const { conversation } of this.#opened.values()) conversation.clear();
    this.#closed.clear();
  }

  #forgetLongestClosed(closedId: number): void {
    this.#closed.delete(closedId);
    this.#closed.add(closedId);
    for (const id of this.#closed) {
      if (this.#closed.size <= closedWindowsMax) return;
      this.#closed.delete(id);
      const conversation = this.get(id);
      if (conversation?.isOpen === false) conversation.forget();
    }
  }
}
