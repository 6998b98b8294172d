import { limits, type Result } from '@parley/protocol';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { conversationViews } from './conversation-view.ts';
import { membershipsOf, type MembershipRow } from './memberships.ts';

/** Changes this much older than `since` are told again: a commit may become visible after a read that had a later time. */
export const overlapMs = 60_000;

export interface ChangesRequest {
  readonly userId: number;
  /** `asOf` of an earlier answer. */
  readonly since?: number | undefined;
  /** By the clock, before anything is read. */
  readonly asOf: number;
  /** The clock went back over `since`: what changed after it cannot be told, so all has to be read anew. */
  readonly isUntrusted: boolean;
}

export interface Changes {
  readonly answer: Result<'session.changes'>;
  /** The memberships it was made of: the active ones, and those that ended within the overlap or after `since`. */
  readonly memberships: readonly MembershipRow[];
}

/** What changed for a user after `since`, as it is now; without `since` the most recent. Never cut without saying so. [D6] */
export async function changesSince(db: Kysely<Tables>, request: ChangesRequest): Promise<Changes> {
  const { userId, asOf, isUntrusted } = request;
  const since = isUntrusted ? undefined : request.since;
  const after = since === undefined ? -1 : since - overlapMs;
  const endedAfter = since === undefined ? asOf - overlapMs : Math.min(after, asOf - overlapMs);
  const memberships = await membershipsOf(db, { userId, endedAfter });
  const changed = memberships.filter((row) => row.status === 'active' && hasChanged(row, after));
  const isReset = isUntrusted || changed.length > limits.changesMax;
  const removed = since === undefined || isReset ? [] : memberships.filter((row) => isRemovedAfter(row, after));
  const ids = changed.slice(0, limits.changesMax).map((row) => row.id);
  const conversations = await conversationViews(db, userId, ids);
  return { answer: { conversations, removedIds: removed.map((row) => row.id), isReset, asOf }, memberships };
}

function hasChanged(row: MembershipRow, after: number): boolean {
  return row.changed_at > after || row.member_changed_at > after;
}

function isRemovedAfter(row: MembershipRow, after: number): boolean {
  return row.status !== 'active' && row.member_changed_at > after;
}
