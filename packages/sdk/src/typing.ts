import { limits } from '@parley/protocol';
import type { Live } from './contract.ts';
import type { Core } from './core.ts';
import { Value } from './value.ts';

const nobody: readonly number[] = [];

/** Who is typing in one conversation, and saying that oneself is. At most once, never kept. [D9] */
export class Typing {
  readonly #core: Core;
  readonly #conversationId: number;
  readonly #others = new Map<number, () => void>();
  readonly #value = new Value<readonly number[]>(nobody);
  readonly users: Live<readonly number[]> = this.#value;
  #saidAt: number | undefined;

  constructor(core: Core, conversationId: number) {
    this.#core = core;
    this.#conversationId = conversationId;
  }

  heard(userId: number, isTyping: boolean): void {
    if (userId === this.#core.ownId()) return;
    this.#others.get(userId)?.();
    if (isTyping)
      this.#others.set(
        userId,
        this.#core.environment.after(limits.typingExpiresMs, () => this.heard(userId, false)),
      );
    else if (!this.#others.delete(userId)) return;
    const now = [...this.#others.keys()];
    if (now.join() !== this.#value.getSnapshot().join()) this.#value.set(now);
  }

  say(isTyping: boolean): void {
    const now = this.#core.environment.now();
    if (isTyping && this.#saidAt !== undefined && now - this.#saidAt < limits.typingRefreshMs) return;
    if (!isTyping && this.#saidAt === undefined) return;
    this.#saidAt = isTyping ? now : undefined;
    if (!this.#core.isOnline()) return;
    // A hint: nobody misses it.
    this.#core.requestOnce('typing.set', { conversationId: this.#conversationId, isTyping }).catch(() => undefined);
  }

  /** One's message is out: others take typing as over by themselves. */
  sent(): void {
    this.#saidAt = undefined;
  }

  clear(): void {
    for (const cancel of this.#others.values()) cancel();
    this.#others.clear();
    this.#value.set(nobody);
  }
}
