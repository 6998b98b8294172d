import { createClient } from '@parley/sdk';

const chat = createClient({ url: process.argv[2] ?? 'http://localhost:8080' });
await chat.connect();
await chat.account.guest({ displayName: 'Echo' });
const { lobbyId = 1 } = await chat.serverInfo();

const lobby = chat.conversation(lobbyId);
lobby.open();
chat.on('message', ({ message, isOwn }) => {
  if (isOwn || message.content.type !== 'text') return;
  void lobby.send(`You said: ${message.content.text}`, { replyTo: message.seq });
});
await lobby.sendAndWait('Hello, I repeat what you say.');
