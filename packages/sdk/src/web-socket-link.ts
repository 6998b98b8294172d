import { subprotocol } from '@parley/protocol';
import type { Link, LinkEvents } from './environment.ts';

const abnormalClosure = 1006;

/** Opens a link over the global WebSocket. */
export function openWebSocketLink(url: string, events: LinkEvents): Link {
  const socket = new WebSocket(url, subprotocol);
  let isOver = false;
  const end = (code: number, reason: string): void => {
    if (isOver) return;
    isOver = true;
    events.closed(code, reason);
  };
  socket.addEventListener('open', () => {
    if (isOver) return;
    events.over?.('websocket');
    events.opened();
  });
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (!isOver && typeof event.data === 'string') events.received(event.data);
  });
  socket.addEventListener('close', (event) => end(event.code, event.reason));
  socket.addEventListener('error', () => {
    // A refused connection does not reach `close` on every runtime.
    if (socket.readyState !== WebSocket.OPEN) end(abnormalClosure, '');
  });
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      isOver = true;
      socket.close(1000);
    },
  };
}
