import { ParleyError } from '@parley/protocol';
import { LinkLost } from './channel.ts';
import type { Core } from './core.ts';

/** Cursors are sent at most this often per conversation. */
const gatherMs = 300;
const retryMs = 5_000;

interface Cursor {
  deliveredSeq: number;
  readSeq: number;
}

/** Says up to where this device has, and the user has read, each conversation; several moves become one command. [D4] */
export class CursorSender {
  readonly #core: Core;
  /** Of this account; another one gets another. */
  #owed = new Map<number, Cursor>();
  readonly #sent = new Map<number, Cursor>();
  readonly #gathering = new Set<number>();

  constructor(core: Core) {
    this.#core = core;
  }

  advance(conversationId: number, move: Partial<Cursor>): void {
    const base = this.#owed.get(conversationId) ?? this.#sent.get(conversationId) ?? { deliveredSeq: 0, readSeq: 0 };
    const readSeq = Math.max(base.readSeq, move.readSeq ?? 0);
    const deliveredSeq = Math.max(base.deliveredSeq, move.deliveredSeq ?? 0, readSeq);
    if (readSeq === base.readSeq && deliveredSeq === base.deliveredSeq) return;
    this.#owed.set(conversationId, { deliveredSeq, readSeq });
    this.#gather(conversationId);
  }

  /** The connection is back: what could not be said is. */
  resume(): void {
    for (const conversationId of this.#owed.keys()) this.#gather(conversationId);
  }

  clear(): void {
    this.#owed = new Map();
    this.#sent.clear();
  }

  #gather(conversationId: number): void {
    if (this.#gathering.has(conversationId)) return;
    this.#gathering.add(conversationId);
    this.#core.environment.after(gatherMs, () => {
      this.#gathering.delete(conversationId);
      void this.#send(conversationId);
    });
  }

  async #send(conversationId: number): Promise<void> {
    const owed = this.#owed;
    const cursor = owed.get(conversationId);
    if (cursor === undefined || !this.#core.isOnline()) return;
    owed.delete(conversationId);
    const before = this.#sent.get(conversationId);
    this.#sent.set(conversationId, cursor);
    try {
      const { deliveredSeq, readSeq } = cursor;
      await this.#core.requestOnce('cursor.advance', {
        conversationId,
        deliveredSeq,
        ...(readSeq === 0 ? {} : { readSeq }),
      });
    } catch (error) {
      if (owed !== this.#owed) return;
      if (before === undefined) this.#sent.delete(conversationId);
      else this.#sent.set(conversationId, before);
      // Other refusals are final: no longer a member.
      if (error instanceof LinkLost) this.advance(conversationId, cursor);
      else if (error instanceof ParleyError && error.retryable)
        this.#core.environment.after(retryMs, () => {
          if (owed === this.#owed) this.advance(conversationId, cursor);
        });
    }
  }
}
