import { sendUntilKilled } from './conformance-world.ts';
import { SqliteStore } from './sqlite.ts';

/** Run by S1's test: a process that writes until it is killed. */
const [path = '', conversationId, senderId] = process.argv.slice(2);
await sendUntilKilled(await SqliteStore.open(path), Number(conversationId), Number(senderId));
