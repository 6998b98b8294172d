import { ParleyError } from '@parley/protocol';
import { topicOf } from '../../delivery.ts';
import type { Caller } from '../../rpc/rpc.ts';
import type { Context, Handler } from '../context.ts';
import { conversationView } from '../conversation-view.ts';
import { openConversation, type LoadedConversation, type LoadRequest } from '../load-conversation.ts';
import { floorsOf, partDeliveries } from '../membership-deliveries.ts';

type Connection = NonNullable<Caller['connection']>;

export const conversationWatch: Handler<'conversation.watch'> = async (context, { params, session, caller }) => {
  const { connection } = caller;
  if (connection === undefined) throw new ParleyError('socket-only');
  const { conversationId } = params;
  const asked = { conversationId, userId: session.userId };
  const { membership, ...stand } = await requireReading(context, asked);
  const topics = [topicOf.conversation(conversationId)];
  const floors = floorsOf({ ...stand, joinSeq: membership?.joinSeq ?? stand.seq });
  await context.rpc.call('connect', connection.nodeId).subscribe(connection.connectionId, topics, floors);
  await requireStillReading(context, asked, connection);
  return { result: { conversation: await conversationView(context.store.db, session.userId, conversationId) } };
};

function requireReading({ store, clock }: Context, asked: LoadRequest): Promise<LoadedConversation> {
  return openConversation(store.db, { ...asked, action: 'read', now: clock.now() });
}

/** Whoever was put out between the first look and the subscribing would go on listening. [D8] */
async function requireStillReading(context: Context, asked: LoadRequest, { nodeId }: Connection): Promise<void> {
  try {
    await requireReading(context, asked);
  } catch (refusal) {
    await context.rpc.call('connect', nodeId).deliver(partDeliveries(asked.conversationId, [asked.userId]));
    throw refusal;
  }
}
