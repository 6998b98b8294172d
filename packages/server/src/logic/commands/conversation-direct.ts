import { ParleyError } from '@parley/protocol';
import type { Kysely, Transaction } from 'kysely';
import type { Tables } from '../../store/schema.ts';
import { UniqueViolation } from '../../store/store.ts';
import { admitMembers } from '../admit-members.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { addedDelivery, joinDelivery, memberTopic } from '../membership-deliveries.ts';
import { prepared } from '../prepared.ts';
import { requireAddable } from '../require-addable.ts';
import type { Changed } from '../writer.ts';

const byKey = prepared<{ key: string }, { id: number }>((db, slot) =>
  db.selectFrom('conversations').select('id').where('direct_key', '=', slot.key),
);

interface Pair {
  readonly userId: number;
  readonly peerId: number;
  readonly key: string;
}

export const conversationDirect: Handler<'conversation.direct'> = async (context, { params, session }) => {
  const pair = pairOf(session.userId, params.userId);
  const id = (await findDirect(context.store.db, pair)) ?? (await createDirect(context, pair));
  const conversation = await conversationView(context.store.db, session.userId, id);
  return { result: { conversation }, effects: { subscribe: [memberTopic(conversation)] } };
};

function pairOf(userId: number, peerId: number): Pair {
  if (userId === peerId) {
    throw new ParleyError('invalid-params', undefined, { fields: [{ pointer: '/userId', message: 'is yourself' }] });
  }
  return { userId, peerId, key: `${Math.min(userId, peerId)}:${Math.max(userId, peerId)}` };
}

async function findDirect(db: Kysely<Tables>, { key }: Pair): Promise<number | undefined> {
  const [row] = await byKey(db, { key });
  return row?.id;
}

/** Both may open it at the same moment: the unique key decides, and the other one finds it. */
async function createDirect(context: Context, pair: Pair): Promise<number> {
  try {
    return await context.writer.change((tx) => insertDirect(context, tx, pair));
  } catch (error) {
    const id = error instanceof UniqueViolation ? await findDirect(context.store.db, pair) : undefined;
    if (id === undefined) throw error;
    return id;
  }
}

async function insertDirect(context: Context, tx: Transaction<Tables>, pair: Pair): Promise<Changed<number>> {
  const known = await findDirect(tx, pair);
  if (known !== undefined) return { result: known, deliveries: [] };
  await requireAcceptance(tx, pair);
  const now = context.clock.now();
  const { id } = await tx
    .insertInto('conversations')
    .values({
      kind: 'direct',
      title: '',
      avatar: null,
      owner_id: null,
      direct_key: pair.key,
      changed_at: now,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const both = [pair.userId, pair.peerId];
  const conversation = { id, kind: 'direct', seq: 0, memberCount: 0 } as const;
  await admitMembers(tx, { conversation, userIds: both, now });
  const added = both.map(async (userId) => addedDelivery(userId, await conversationView(tx, userId, id)));
  return { result: id, deliveries: [joinDelivery(conversation, both), ...(await Promise.all(added))] };
}

async function requireAcceptance(tx: Transaction<Tables>, { userId, peerId }: Pair): Promise<void> {
  await requireAddable(tx, { actorId: userId, userIds: [peerId] });
  const peer = await tx.selectFrom('users').select('direct_policy').where('id', '=', peerId).executeTakeFirstOrThrow();
  if (peer.direct_policy === 'nobody') throw new ParleyError('blocked');
}
