import type { Conversation, Membership, Message, PushOf } from '@parley/protocol';
import { Log, otherId, ownId } from './sync-world.ts';

const mentionOfOwn = [ownId];

/** One conversation as the server keeps it for one user: the log, and how the user stands to it. */
export class ModelPlace {
  readonly id: number;
  readonly kind: 'group' | 'room';
  readonly log: Log;
  readonly #now: () => number;
  memberCount = 2;
  isMember = true;
  isMuted = false;
  /** Never put out, so that nothing is fenced off. */
  wasAlwaysMember = true;
  joinSeq = 0;
  readSeq = 0;
  deliveredSeq = 0;
  peerReadSeq = 0;
  changedAt: number;
  #written = 0;

  constructor(id: number, kind: 'group' | 'room', now: () => number) {
    this.id = id;
    this.kind = kind;
    this.#now = now;
    this.log = new Log(id, kind, now);
    this.changedAt = now();
  }

  /** What one user may see of it at this moment. */
  view(): Conversation {
    const { log, memberCount, peerReadSeq } = this;
    const lastMessage = this.#lastMessage();
    const view: Conversation = { ...log.meta, seq: log.last, version: log.version, minSeq: 1, memberCount };
    if (lastMessage !== undefined) view.lastMessage = lastMessage;
    if (!this.isMember) return view;
    const peer = { peerReadSeq, peerDeliveredSeq: peerReadSeq };
    return { ...view, ...(this.kind === 'group' ? peer : {}), membership: this.#membership() };
  }

  write(senderId: number, isMention: boolean): PushOf<'message.changed'> {
    const text = `${senderId}-${++this.#written}`;
    this.touch();
    return this.log.append(senderId, text, { type: 'text', text, ...(isMention ? { mentions: mentionOfOwn } : {}) });
  }

  /** The last a former member hears. */
  part(): PushOf<'message.changed'> | undefined {
    this.isMember = this.wasAlwaysMember = false;
    this.memberCount--;
    this.touch();
    return this.#tell('removed');
  }

  join(): PushOf<'message.changed'> | undefined {
    const { last } = this.log;
    this.isMember = true;
    this.memberCount++;
    this.readSeq = Math.max(this.readSeq, last);
    this.deliveredSeq = Math.max(this.deliveredSeq, last);
    if (this.kind === 'group') [this.joinSeq, this.log.minSeq] = [last, last + 1];
    this.touch();
    return this.#tell('added');
  }

  moveOwn(move: { readonly deliveredSeq?: number; readonly readSeq?: number }): PushOf<'cursor.moved'> {
    const { last } = this.log;
    this.readSeq = Math.max(this.readSeq, Math.min(last, move.readSeq ?? 0));
    this.deliveredSeq = Math.max(this.deliveredSeq, this.readSeq, Math.min(last, move.deliveredSeq ?? 0));
    this.touch();
    const { id: conversationId, readSeq, deliveredSeq } = this;
    return { push: 'cursor.moved', conversationId, userId: ownId, readSeq, deliveredSeq };
  }

  movePeer(): PushOf<'cursor.moved'> {
    const seq = (this.peerReadSeq = this.log.last);
    return { push: 'cursor.moved', conversationId: this.id, userId: otherId, readSeq: seq, deliveredSeq: seq };
  }

  touch(): void {
    this.changedAt = this.#now();
  }

  #tell(event: 'added' | 'removed'): PushOf<'message.changed'> | undefined {
    if (this.kind === 'room') return undefined;
    const system = { event, userIds: [ownId] };
    return this.log.append(otherId, `system-${++this.#written}`, { type: 'system', system });
  }

  #lastMessage(): Message | undefined {
    const last = this.log.messages.at(-1);
    const isShown = last !== undefined && last.seq > this.joinSeq && !this.log.hidden.has(last.seq);
    return isShown ? last : undefined;
  }

  #membership(): Membership {
    const { joinSeq, readSeq, deliveredSeq, log } = this;
    const unread = log.messages.slice(readSeq).filter((message) => message.senderId !== ownId);
    const mentions = unread.filter(({ content }) => content.type === 'text' && content.mentions !== undefined);
    const counts = { unreadCount: unread.length, mentionCount: mentions.length };
    return { role: 'member', joinSeq, readSeq, deliveredSeq, ...counts, notify: 'all' };
  }
}
