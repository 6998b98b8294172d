import { createClient } from '@parley/sdk';

const chat = createClient({ url: process.argv[2] ?? 'http://localhost:8080' });
await chat.connect();
await chat.account.guest({ displayName: 'Ada' });

const lobby = chat.conversation(1);
lobby.open();
chat.on('message', ({ message }) => console.log(message.content));

const { seq } = await lobby.sendAndWait('Hello, world');
console.log(`Stored for good as message ${seq}.`);
