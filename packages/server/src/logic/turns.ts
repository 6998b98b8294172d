import type { Caller } from '../rpc/rpc.ts';

/** A command's place among those of its connection. */
export interface Turn {
  /** Resolves when everything the connection asked before has taken effect; undefined when it has already. */
  wait(): Promise<void> | undefined;
  /** Says that this command has taken effect, or never will: the next one's turn. */
  pass(): void;
}

/** Of callers without a connection: nothing comes before them. */
export const freeTurn: Turn = { wait: () => undefined, pass: () => undefined };

/** Keeps the commands of each connection in the order in which they came, while those of different ones run at once. [D3] */
export class Turns {
  private readonly last = new Map<string, LinkedTurn>();

  /** Must be called in the order of arrival. */
  take(connection: Caller['connection']): Turn {
    if (connection === undefined) return freeTurn;
    const key = `${connection.nodeId} ${connection.connectionId}`;
    const previous = this.last.get(key);
    const turn = new LinkedTurn(this.last, key, previous);
    if (previous !== undefined) previous.next = turn;
    this.last.set(key, turn);
    return turn;
  }

  /** Connections with a command that has not taken effect. */
  get size(): number {
    return this.last.size;
  }
}

class LinkedTurn implements Turn {
  next: LinkedTurn | undefined;
  private readonly last: Map<string, LinkedTurn>;
  private readonly key: string;
  private previous: LinkedTurn | undefined;
  private isPassed = false;
  private waiter: PromiseWithResolvers<void> | undefined;

  constructor(last: Map<string, LinkedTurn>, key: string, previous: LinkedTurn | undefined) {
    this.last = last;
    this.key = key;
    this.previous = previous;
  }

  wait(): Promise<void> | undefined {
    if (this.previous === undefined) return undefined;
    this.waiter ??= Promise.withResolvers<void>();
    return this.waiter.promise;
  }

  pass(): void {
    if (this.isPassed) return;
    this.isPassed = true;
    if (this.previous !== undefined) return;
    // A command may be through before its predecessor is; then the predecessor lets both go.
    let following = this.release();
    while (following !== undefined) following = following.release();
  }

  /** Its predecessor has taken effect. Returns the next one that may be released, if this has passed as well. */
  release(): LinkedTurn | undefined {
    this.previous = undefined;
    this.waiter?.resolve();
    if (!this.isPassed) return undefined;
    if (this.next === undefined) this.last.delete(this.key);
    return this.next;
  }
}
