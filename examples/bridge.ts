/** Carries what is said in one conversation into another, both ways. */
import { createClient, type Message } from '@parley/sdk';

const [url = 'http://localhost:8080', token = '', one = '1', other = '2'] = process.argv.slice(2);
const across = new Map([
  [Number(one), Number(other)],
  [Number(other), Number(one)],
]);
const chat = createClient({ url, token });
await chat.connect();
const self = chat.account.getSnapshot().account?.id;

async function carry({ conversationId, seq, senderId, content }: Message): Promise<void> {
  const target = across.get(conversationId);
  // What the bridge wrote itself goes no further: no loop.
  if (target === undefined || senderId === self || content.type !== 'text') return;
  const { displayName } = await chat.users.get(senderId);
  // The id comes from the source, so that what is carried again is the same message.
  const clientMsgId = `bridge-${conversationId}-${seq}`;
  await chat.conversation(target).send(`${displayName}: ${content.text}`, { clientMsgId });
}

/** What was said while the bridge was away; what is across already stays as it is. */
async function catchUp(conversationId: number): Promise<void> {
  chat.conversation(conversationId).open();
  const { items } = await chat.request('message.history', { conversationId, limit: 100 });
  for (const message of items) await carry(message);
}

const caughtUp = Promise.all([...across.keys()].map(catchUp));
for await (const event of chat) {
  await caughtUp;
  if (event.type === 'message') await carry(event.message);
}
