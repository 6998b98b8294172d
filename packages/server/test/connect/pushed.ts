import type { RawWebSocket } from './raw-websocket.ts';

export const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Everything that was pushed up to now: what comes before the answer to a ping. */
export async function pushed(socket: RawWebSocket): Promise<Record<string, unknown>[]> {
  await nextTurn();
  socket.command(999, 'session.ping');
  const frames: Record<string, unknown>[] = [];
  for (;;) {
    const frame = await socket.json();
    if (frame.id === 999) return frames;
    frames.push(frame);
  }
}

/** Of the messages among them. */
export const versionsOf = (frames: Record<string, unknown>[]) =>
  frames.map(({ message }) => (message as { version: number } | undefined)?.version);
