import { connect } from 'node:net';

const [address = 'localhost:7001', token = ''] = process.argv.slice(2);
const [host = '', port = ''] = address.split(':');

/** The letters v2, the payload's length in four bytes, the payload. */
function packet(frame: object): Buffer {
  const payload = Buffer.from(JSON.stringify(frame));
  const header = Buffer.from('v2\0\0\0\0');
  header.writeUInt32BE(payload.length, 2);
  return Buffer.concat([header, payload]);
}

const socket = connect(Number(port), host);
socket.write(packet({ id: 1, command: 'session.hello', params: { token } }));
socket.write(packet({ id: 2, command: 'conversation.watch', params: { conversationId: 1 } }));
const content = { type: 'text', text: 'Hello over TCP' };
socket.write(
  packet({ id: 3, command: 'message.send', params: { conversationId: 1, clientMsgId: crypto.randomUUID(), content } }),
);

let held: Buffer = Buffer.alloc(0);
socket.on('data', (bytes: Buffer) => {
  held = Buffer.concat([held, bytes]);
  while (held.length >= 6 && held.length >= 6 + held.readUInt32BE(2)) {
    const end = 6 + held.readUInt32BE(2);
    console.log(held.toString('utf8', 6, end));
    held = held.subarray(end);
  }
});
