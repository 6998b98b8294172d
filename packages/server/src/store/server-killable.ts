import { sendUntilKilled } from './conformance-world.ts';
import { MySqlStore } from './mysql.ts';
import { PostgresStore } from './postgres.ts';

/** Run by S1's test: a process that writes until it is killed. */
const [url = '', conversationId, senderId] = process.argv.slice(2);
const store = await (url.startsWith('postgres:') ? PostgresStore.open(url) : MySqlStore.open(url));
await sendUntilKilled(store, Number(conversationId), Number(senderId));
