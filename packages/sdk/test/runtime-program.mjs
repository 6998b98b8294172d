/**
 * What every runtime has to be able to do with the SDK, as a program: `<module> <url> [transport]`. It says a line when it has come
 * somewhere, and goes on when it is told a line. `runtime-steps.ts` is the other side.
 */
import { createInterface } from 'node:readline';

const [sdk, url, transport = 'auto'] = process.argv.slice(2);
const { createClient, memoryStorage, ParleyError } = await import(sdk);
/** Of this run alone: others may have written before. */
const away = `written by ${process.pid} while it was away`;
const input = createInterface({ input: process.stdin });
const told = input[Symbol.asyncIterator]();

async function come(to) {
  process.stdout.write(`${to}\n`);
  await told.next();
}

/** Resolves as soon as a live value is as wanted. */
function until(live, isWanted) {
  return new Promise((resolve) => {
    const look = () => isWanted(live.getSnapshot()) && (stop(), resolve());
    const stop = live.subscribe(look);
    look();
  });
}

function hears(client, text) {
  return new Promise((resolve) => {
    client.on('message', ({ message }) => message.content.text === text && resolve(message));
  });
}

async function guest(displayName, storage) {
  const client = createClient({ url, storage, transport, deviceName: process.version });
  await client.connect();
  await client.account.guest({ displayName });
  await client.connect();
  client.conversation(1).open();
  // From then on it hears what is said in a room.
  await until(client.conversation(1).messages, ({ status }) => status === 'ready');
  return client;
}

const storage = memoryStorage();
const [writer, reader] = [await guest('Writer', storage), await guest('Reader', memoryStorage())];

const first = hears(reader, 'hello');
const ack = await writer.conversation(1).sendAndWait('hello');
if ((await first).seq !== ack.seq) throw new Error('The ack and the message do not agree.');

const refusal = await writer
  .conversation(1)
  .edit(999_999, 'nothing')
  .catch((error) => error);
const over = reader.connection.getSnapshot().transport;
if (over !== (transport === 'auto' ? 'websocket' : transport)) throw new Error(`It is online over ${over}.`);

if (!(refusal instanceof ParleyError) || refusal.code !== 'not-found') throw refusal;

await come('chatting');
await until(reader.connection, ({ status }) => status !== 'online');
await writer.conversation(1).send(away);
await writer.close();

const reloaded = createClient({ url, storage, transport });
const connected = reloaded.connect();
const heard = hears(reader, away);
await come('waiting');
reader.connection.retryNow();
reloaded.connection.retryNow();
await connected;
await heard;

reloaded.conversation(1).open();
await until(
  reloaded.conversation(1).messages,
  ({ items }) => items.at(-1)?.state === 'delivered' || items.at(-1)?.state === 'sent',
);
const { items } = reloaded.conversation(1).messages.getSnapshot();
const count = items.filter((item) => item.content.text === away).length;
await Promise.all([reloaded.close(), reader.close()]);
await come(`done, seen ${count} time`);
input.close();
