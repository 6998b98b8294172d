import { limits, ParleyError } from '@parley/protocol';
import type { Handler } from '../context.ts';
import { usersById } from '../users-by-id.ts';

export const blockAdd: Handler<'block.add'> = async ({ store, clock }, { params, session }) => {
  if (params.userId === session.userId) refuse('not oneself');
  const [user] = await usersById(store.db, { ids: [params.userId] });
  if (user === undefined) throw new ParleyError('not-found');
  await store.write(async (tx) => {
    const mine = tx.selectFrom('blocks').where('user_id', '=', session.userId);
    if ((await mine.select('user_id').where('blocked_id', '=', user.id).executeTakeFirst()) !== undefined) return;
    const { count } = await mine.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
    if (count >= limits.blocksMax) refuse(`at most ${limits.blocksMax} users can be blocked`);
    const block = { user_id: session.userId, blocked_id: user.id, created_at: clock.now() };
    await tx.insertInto('blocks').values(block).execute();
  });
  return { result: {} };
};

function refuse(message: string): never {
  throw new ParleyError('invalid-params', undefined, { fields: [{ pointer: '/userId', message }] });
}
