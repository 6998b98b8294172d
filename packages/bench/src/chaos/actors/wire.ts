import { connect } from 'node:net';
import { encodePacket, PacketDecoder, packetLimits, subprotocol } from '@parley/protocol';

/** One connection that carries frames as text, over whatever it is. */
export interface Wire {
  send(text: string): void;
  /** Without a goodbye. `closed` is not called. */
  drop(): void;
}

/** `closed` comes once and is the last. */
export interface WireEvents {
  opened(): void;
  received(text: string): void;
  closed(reason: string): void;
}

export type OpenWire = (port: number, events: WireEvents) => Wire;

/** Bun's can end without the closing handshake. */
type BunWebSocket = WebSocket & { terminate(): void };

export const openWebSocket: OpenWire = (port, events) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/socket`, subprotocol);
  const closed = once(events.closed);
  socket.onopen = () => events.opened();
  socket.onmessage = (event) => events.received(String(event.data));
  socket.onclose = (event) => closed(String(event.code));
  socket.onerror = () => {
    // Not every failed handshake reaches `close`.
    if (socket.readyState !== WebSocket.OPEN) closed('failed');
  };
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    drop: () => {
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      (socket as BunWebSocket).terminate();
    },
  };
};

export const openTcp: OpenWire = (port, events) => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const decoder = new PacketDecoder(packetLimits.v2ServerPayloadBytesMax);
  const closed = once(events.closed);
  socket.on('connect', () => events.opened());
  socket.on('data', (bytes: Buffer) => {
    for (const text of decoder.push(bytes)) events.received(text);
  });
  socket.on('error', () => undefined); // `close` follows.
  socket.on('close', () => closed('closed'));
  return {
    send: (text) => {
      if (!socket.destroyed) socket.write(encodePacket('v2', text));
    },
    drop: () => {
      socket.removeAllListeners('data');
      socket.removeAllListeners('close');
      socket.destroy();
    },
  };
};

function once(action: (reason: string) => void): (reason: string) => void {
  let isDone = false;
  return (reason) => {
    if (isDone) return;
    isDone = true;
    action(reason);
  };
}
