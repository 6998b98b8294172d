import { sendUntilKilled } from './conformance-world.ts';
import { PostgresStore } from './postgres.ts';

/** Run by S1's test: a process that writes until it is killed. */
const [url = '', conversationId, senderId] = process.argv.slice(2);
await sendUntilKilled(await PostgresStore.open(url), Number(conversationId), Number(senderId));
