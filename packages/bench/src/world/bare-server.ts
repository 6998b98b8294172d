/**
 * What Bun alone can do, to stand beside ours: everyone is in one room, and what anybody sends makes it publish a message as
 * long as one of ours. Prints its port.
 */
const topic = 'room';
const text =
  'The quick brown fox jumps over the lazy dog, and then it does it again, because nobody looked the first time. 再来一次吧。';
let version = 0;

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request, bare) => (bare.upgrade(request) ? undefined : new Response('bare')),
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 0,
    open: (socket) => void socket.subscribe(topic),
    message: () => void server.publish(topic, nextPush(), false),
  },
});

function nextPush(): string {
  version++;
  const message = {
    conversationId: 20_001,
    seq: version,
    id: '712345678901234567',
    version,
    senderId: 1,
    clientMsgId: '0190a7c4-5c1b-7a42-8c3e-1d2e3f405162',
    createdAt: 1_767_225_600_000,
    content: { type: 'text', text },
  };
  return JSON.stringify({ push: 'message.changed', message });
}

process.stdout.write(`${server.port}\n`);
