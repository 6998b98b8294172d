import type { Message } from '@parley/protocol';
import type { ConversationTruth, MemberTruth } from './truth.ts';

/** From joining to leaving: what was written after the one, in states made before the other. [D8] */
interface Stay {
  readonly afterSeq: number;
  /** Of the system message that ended it. */
  readonly untilSeq: number;
  readonly untilVersion: number;
}

/** When each user was in a direct conversation or a group: groups log it, of others the members are known. */
export class Stays {
  private readonly byUser = new Map<number, Stay[]>();

  constructor({ kind, stored, members }: ConversationTruth) {
    if (kind === 'group') for (const row of stored) this.follow(row);
    for (const member of members) if (!this.byUser.has(member.userId)) this.byUser.set(member.userId, stayOf(member));
  }

  wasEver(userId: number): boolean {
    return (this.byUser.get(userId)?.length ?? 0) > 0;
  }

  /** Without a version: in its first state. */
  mayHave(userId: number, { seq, version = 0 }: { readonly seq: number; readonly version?: number }): boolean {
    const stays = this.byUser.get(userId) ?? [];
    return stays.some((stay) => seq > stay.afterSeq && seq < stay.untilSeq && version <= stay.untilVersion);
  }

  private follow({ seq, version, senderId, content }: Message): void {
    if (content.type !== 'system') return;
    const { system } = content;
    if (system.event === 'created') this.begin(senderId, seq);
    else if (system.event === 'joined' || system.event === 'added')
      for (const userId of system.userIds) this.begin(userId, seq);
    else if (system.event === 'left' || system.event === 'removed')
      for (const userId of system.userIds) this.end(userId, seq, version);
  }

  private begin(userId: number, afterSeq: number): void {
    const stays = this.byUser.get(userId) ?? [];
    this.byUser.set(userId, [...stays, { afterSeq, untilSeq: Infinity, untilVersion: Infinity }]);
  }

  private end(userId: number, untilSeq: number, untilVersion: number): void {
    const stays = this.byUser.get(userId) ?? [];
    const last = stays.at(-1);
    if (last !== undefined) this.byUser.set(userId, [...stays.slice(0, -1), { ...last, untilSeq, untilVersion }]);
  }
}

function stayOf({ isActive, joinSeq }: MemberTruth): Stay[] {
  return isActive ? [{ afterSeq: joinSeq, untilSeq: Infinity, untilVersion: Infinity }] : [];
}
