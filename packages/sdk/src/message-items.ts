import type { Message, Reaction } from '@parley/protocol';
import type { MessageItem, MessageState } from './contract.ts';
import type { Pending, SyncState } from './sync-state.ts';

/** Up to where others have, and have read, the conversation. */
export interface Marks {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

interface Made {
  readonly source: Message | Pending;
  readonly item: MessageItem;
}

const noReactions: readonly Reaction[] = [];

/** Makes what is shown of a window; what did not change keeps its identity, so that it is not drawn again. */
export class MessageItems {
  #made = new Map<string, Made>();

  of(state: SyncState, conversationId: number, marks: Marks): readonly MessageItem[] {
    const before = this.#made;
    this.#made = new Map();
    const items: MessageItem[] = [];
    for (const row of state.rows) {
      if (state.hidden.has(row.seq)) continue;
      const key = keyOf(row.senderId, row.clientMsgId);
      const shown = stateOf(row, state.ownId, marks);
      items.push(
        this.#keep(before.get(key), row, shown) ??
          this.#add(row, { ...storedItem(row, state.ownId), key, state: shown }),
      );
    }
    if (state.hasNewer) return items;
    for (const pending of inOrder(state.pending)) {
      const key = keyOf(state.ownId, pending.clientMsgId);
      items.push(
        this.#keep(before.get(key), pending, pending.state) ??
          this.#add(pending, { ...pendingItem(pending, conversationId, state.ownId), key, state: pending.state }),
      );
    }
    return items;
  }

  #keep(held: Made | undefined, source: Message | Pending, state: MessageState): MessageItem | undefined {
    if (held?.source !== source || held.item.state !== state) return undefined;
    this.#made.set(held.item.key, held);
    return held.item;
  }

  #add(source: Message | Pending, item: MessageItem): MessageItem {
    this.#made.set(item.key, { source, item });
    return item;
  }
}

function keyOf(senderId: number, clientMsgId: string): string {
  return `${senderId}:${clientMsgId}`;
}

function stateOf(row: Message, ownId: number, marks: Marks): MessageState {
  if (row.senderId !== ownId) return 'received';
  if (row.seq <= marks.readSeq) return 'read';
  return row.seq <= marks.deliveredSeq ? 'delivered' : 'sent';
}

/** Those the server has by their place, then the others as they were written. */
function inOrder(pending: readonly Pending[]): readonly Pending[] {
  if (pending.length < 2) return pending;
  return pending.toSorted((a, b) => (a.ack?.seq ?? Number.MAX_SAFE_INTEGER) - (b.ack?.seq ?? Number.MAX_SAFE_INTEGER));
}

function storedItem(row: Message, ownId: number): Omit<MessageItem, 'key' | 'state'> {
  const { version: _version, reactions, ...message } = row;
  return { ...message, isOwn: row.senderId === ownId, reactions: reactions ?? noReactions };
}

function pendingItem(pending: Pending, conversationId: number, ownId: number): Omit<MessageItem, 'key' | 'state'> {
  const { clientMsgId, content, replyTo, createdAt, error, ack } = pending;
  return {
    conversationId,
    clientMsgId,
    senderId: ownId,
    isOwn: true,
    createdAt: ack?.createdAt ?? createdAt,
    content,
    reactions: noReactions,
    ...(ack === undefined ? {} : { seq: ack.seq, id: ack.id }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(error === undefined ? {} : { error }),
  };
}
