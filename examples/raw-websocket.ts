import { argv } from 'node:process';

const [socketUrl = 'ws://localhost:8080/v1/socket', token = ''] = argv.slice(2);

const frames = [
  { id: 1, command: 'session.hello', params: { token } },
  { id: 2, command: 'conversation.watch', params: { conversationId: 1 } },
  {
    id: 3,
    command: 'message.send',
    params: { conversationId: 1, clientMsgId: crypto.randomUUID(), content: { type: 'text', text: 'Hello by hand' } },
  },
];

const socket = new WebSocket(socketUrl, 'parley.v1+json');
socket.onopen = () => {
  for (const frame of frames) socket.send(JSON.stringify(frame));
};
socket.onmessage = ({ data }) => console.log(data);
socket.onclose = ({ code }) => console.log(`closed with ${code}`);
