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
      items.push(
        this.#keep(before, row, keyOf(row.senderId, row.clientMsgId), stateOf(row, state.ownId, marks), () =>
          storedItem(row, state.ownId),
        ),
      );
    }
    if (state.hasNewer) return items;
    for (const pending of inOrder(state.pending)) {
      items.push(
        this.#keep(before, pending, keyOf(state.ownId, pending.clientMsgId), pending.state, () =>
          pendingItem(pending, conversationId, state.ownId),
        ),
      );
    }
    return items;
  }

  // eslint-disable-next-line eslint/max-params -- on the hottest path; an object for each message would be made for nothing
  #keep(
    before: ReadonlyMap<string, Made>,
    source: Message | Pending,
    key: string,
    state: MessageState,
    make: () => Omit<MessageItem, 'key' | 'state'>,
  ): MessageItem {
    const held = before.get(key);
    const made =
      held?.source === source && held.item.state === state ? held : { source, item: { ...make(), key, state } };
    this.#made.set(key, made);
    return made.item;
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
