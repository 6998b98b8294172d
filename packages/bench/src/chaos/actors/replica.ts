import {
  ParleyError,
  type CommandName,
  type Message,
  type ParamsInput,
  type Push,
  type Result,
} from '@parley/protocol';
import type { AppliedEvent, Happening } from '../../checker/history-event.ts';
import type { HistoryRecorder } from '../../checker/history.ts';
import type { ViewTruth } from '../../checker/truth.ts';

const pageMax = 100;
const retryMs = 300;

export interface ReplicaOptions {
  readonly device: string;
  readonly history: HistoryRecorder;
  ask<Name extends CommandName>(command: Name, params: ParamsInput<Name>): Promise<Result<Name>>;
}

interface Copy {
  readonly conversationId: number;
  readonly rows: Map<number, Message>;
  isLoaded: boolean;
  hasOlder: boolean;
  version: number;
  /** The highest version heard of. */
  head: number;
  /** Shown up to this seq. */
  end: number;
  view: number;
  isBusy: boolean;
  /** Listens and is known to be as far as the server was when it began to. */
  isFollowing: boolean;
}

/** Conversations as a plain client keeps them: a change is applied if it is the next one, and what is missing is asked for. [D4, D6] */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #copies = new Map<number, Copy>();

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  /** Which conversation is not known to be current; undefined: all are. */
  unrest(): string | undefined {
    const behind = [...this.#copies.values()].find(
      (copy) => !copy.isFollowing || !copy.isLoaded || copy.isBusy || copy.version < copy.head,
    );
    return behind === undefined
      ? undefined
      : `conversation ${behind.conversationId} at version ${behind.version} of ${behind.head}`;
  }

  endOf(conversationId: number): number {
    return this.#copies.get(conversationId)?.end ?? 0;
  }

  views(): readonly ViewTruth[] {
    return [...this.#copies.values()]
      .filter((copy) => copy.isLoaded)
      .map(({ conversationId, version, rows, hasOlder }) => ({
        conversationId,
        version,
        items: [...rows.values()].toSorted((a, b) => a.seq - b.seq),
        hasOlder,
      }));
  }

  /** Connected: these are listened to, and made current. */
  resumed({ removedIds }: Pick<Result<'session.hello'>, 'removedIds'>, conversationIds: readonly number[]): void {
    for (const id of removedIds) this.#copies.delete(id);
    for (const id of new Set([...conversationIds, ...this.#copies.keys()])) void this.#follow(id);
  }

  lost(): void {
    for (const copy of this.#copies.values()) copy.isFollowing = false;
  }

  pushed(push: Push): void {
    switch (push.push) {
      case 'message.changed':
        return this.#changed(push.message.conversationId, push.message.version, push.message);
      case 'conversation.changed':
        return this.#changed(push.conversationId, push.version);
      case 'conversation.head':
        return this.#heard(push.conversationId, push.version);
      case 'conversation.added':
        if (!this.#copies.has(push.conversation.id)) void this.#follow(push.conversation.id);
        return;
      case 'conversation.removed':
        this.#copies.delete(push.conversationId);
        return;
      default:
    }
  }

  #changed(conversationId: number, version: number, message?: Message): void {
    const copy = this.#copies.get(conversationId);
    if (copy === undefined || !copy.isLoaded || version <= copy.version) return;
    if (version > copy.version + 1) return this.#heard(conversationId, version);
    this.#apply(copy, message === undefined ? [] : [message], { by: 'push', to: version });
  }

  #heard(conversationId: number, version: number): void {
    const copy = this.#copies.get(conversationId);
    if (copy === undefined) return;
    copy.head = Math.max(copy.head, version);
    void this.#catchUp(copy);
  }

  async #follow(conversationId: number): Promise<void> {
    const copy = this.#copies.get(conversationId) ?? emptyCopy(conversationId);
    this.#copies.set(conversationId, copy);
    try {
      const { conversation } = await this.#options.ask('conversation.watch', { conversationId });
      copy.head = Math.max(copy.head, conversation.version);
      copy.isFollowing = true;
      await this.#catchUp(copy);
    } catch (error) {
      this.#missed(copy, error, () => void this.#follow(conversationId));
    }
  }

  async #catchUp(copy: Copy): Promise<void> {
    if (copy.isBusy) return;
    copy.isBusy = true;
    try {
      if (!copy.isLoaded) await this.#load(copy);
      while (copy.version < copy.head) await this.#sync(copy);
    } catch (error) {
      this.#missed(copy, error, () => void this.#catchUp(copy));
    } finally {
      copy.isBusy = false;
    }
  }

  async #load(copy: Copy): Promise<void> {
    const { conversationId } = copy;
    const page = await this.#options.ask('message.history', { conversationId, limit: pageMax });
    copy.isLoaded = true;
    copy.hasOlder = page.hasOlder;
    copy.view++;
    copy.end = (page.items[0]?.seq ?? page.seq + 1) - 1;
    this.#apply(copy, page.items, { by: 'load', to: page.version });
  }

  async #sync(copy: Copy): Promise<void> {
    const { conversationId, version } = copy;
    const page = await this.#options.ask('message.sync', { conversationId, after: version });
    copy.head = Math.max(copy.head, page.version);
    // Pushes may have brought it further meanwhile.
    this.#apply(copy, page.items, { by: 'sync', to: Math.max(copy.version, page.nextAfter) });
  }

  #apply(copy: Copy, items: readonly Message[], { by, to }: Pick<AppliedEvent, 'by' | 'to'>): void {
    const { device } = this.#options;
    const { conversationId, rows } = copy;
    if (this.#copies.get(conversationId) !== copy) return;
    const first = Math.min(...rows.keys(), copy.end + 1);
    for (const item of items)
      if (item.seq >= first && (rows.get(item.seq)?.version ?? 0) < item.version) rows.set(item.seq, item);
    if (to > copy.version) this.#record({ event: 'applied', device, conversationId, by, from: copy.version, to });
    copy.version = to;
    for (let row = rows.get(copy.end + 1); row !== undefined; row = rows.get(copy.end + 1)) {
      copy.end = row.seq;
      this.#record({ event: 'displayed', device, view: copy.view, message: row });
    }
  }

  /** A refusal for good ends the copy; after a lost connection it goes on when there is another. */
  #missed(copy: Copy, error: unknown, again: () => void): void {
    if (!(error instanceof ParleyError)) return;
    if (!error.retryable) this.#copies.delete(copy.conversationId);
    else setTimeout(again, retryMs);
  }

  #record(happening: Happening): void {
    this.#options.history.record(happening);
  }
}

function emptyCopy(conversationId: number): Copy {
  return {
    conversationId,
    rows: new Map(),
    isLoaded: false,
    hasOlder: false,
    version: 0,
    head: 0,
    end: 0,
    view: 0,
    isBusy: false,
    isFollowing: false,
  };
}
