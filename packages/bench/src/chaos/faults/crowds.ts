import { limits } from '@parley/protocol';
import { Lost, Refused, SocketClient } from '@parley/server/test/socket-client.ts';
import { Edge } from '../network/edge.ts';
import { people } from '../world.ts';
import type { Stage, Strike } from './strike.ts';

const welcomedWithinMs = 10_000;
/** Longer than what waits for one socket may be, with what kernels hold. */
const longTexts = 100;
const longTextBytes = 8_000;
const pagesAsked = 40;
const deafMs = 1_500;
const triesMax = 5;

const socketUrl = (port: number): string => `ws://127.0.0.1:${port}/v1/socket`;
const text = (value: string) => ({ type: 'text', text: value }) as const;

/** F17: everybody loses the connection at one moment, and comes back together with a crowd. */
export function reconnectStorm({ sockets }: { readonly sockets: number }): Strike {
  return {
    class: 'F17',
    name: `${sockets} sockets come back at once`,
    lane: 'system',
    happen: async ({ devices, deployment, world }) => {
      const ports = deployment.entrances.map((entrance) => entrance.socket);
      const tokens = people.map((name) => world.people[name].token);
      for (const { edge } of devices) edge.cut();
      const crowd = Array.from({ length: sockets }, (_, index) =>
        SocketClient.hello(socketUrl(ports[index % ports.length] ?? 0), tokens[index % tokens.length] ?? ''),
      );
      const welcomed = await Promise.race([Promise.all(crowd), Bun.sleep(welcomedWithinMs)]);
      if (welcomed === undefined) throw new Error(`Not all were welcomed within ${welcomedWithinMs} ms.`);
      for (const client of welcomed) client.close();
      return { hits: welcomed.length, affected: devices };
    },
  };
}

/** F18: more is asked for than the server can do; it says so, and goes on serving. */
export function overload({ forMs, sockets, inFlight }: { forMs: number; sockets: number; inFlight: number }): Strike {
  return {
    class: 'F18',
    name: `overload, ${sockets * inFlight} sends outstanding`,
    lane: 'system',
    happen: async (stage) => {
      const until = performance.now() + forMs;
      const counts = await Promise.all(
        Array.from({ length: sockets }, (_, index) => flood(stage, { name: `flood-${index}`, inFlight, until })),
      );
      return { hits: counts.reduce((sum, { busy }) => sum + busy, 0), affected: stage.devices };
    },
  };
}

async function flood(
  { deployment, world, promised }: Stage,
  { name, inFlight, until }: { readonly name: string; readonly inFlight: number; readonly until: number },
): Promise<{ readonly busy: number }> {
  const [entrance] = deployment.entrances;
  const socket = await welcomed(entrance?.socket ?? 0, world.people.joe.token);
  const conversationId = world.places.flood;
  let [busy, next] = [0, 0];
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const clientMsgId = `${name}-${Math.round(until)}-${next++}`;
      try {
        await socket.command('message.send', { conversationId, clientMsgId, content: text(clientMsgId) });
        promised({ conversationId, clientMsgId });
      } catch (error) {
        if (error instanceof Lost) return;
        if (!(error instanceof Refused)) throw error;
        busy++;
        await Bun.sleep(Math.min(error.wire.retryAfterMs ?? 50, 200));
      }
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  socket.close();
  return { busy };
}

/** F10: a client asks for much and reads nothing. It is sent away, and nobody waits for it. [D10] */
export function deafReader(): Strike {
  return {
    class: 'F10',
    name: 'reader that stops reading',
    lane: 'edge',
    happen: async (stage) => {
      const { deployment, world, random } = stage;
      const [entrance] = deployment.entrances;
      await using edge = await Edge.open({ name: 'deaf', random, targetPort: () => entrance?.socket ?? 0 });
      const conversationId = world.places.flood;
      const lastSeq = await fill(await welcomed(entrance?.socket ?? 0, world.people.ivy.token), conversationId);
      for (let tries = 0; tries < triesMax; tries++) {
        const isSentAway = await readNothing(edge, world.people.ivy.token, { conversationId, before: lastSeq + 1 });
        if (isSentAway) return { hits: 1, affected: stage.devices };
      }
      return { hits: 0, affected: stage.devices };
    },
  };
}

/** @returns whether it was sent away. The code cannot be told to who reads nothing. */
async function readNothing(
  edge: Edge,
  token: string,
  page: { readonly conversationId: number; readonly before: number },
): Promise<boolean> {
  const reader = await SocketClient.hello(socketUrl(edge.port), token).catch(() => undefined);
  if (reader === undefined) return false;
  edge.change({ isDeaf: true });
  for (let asked = 0; asked < pagesAsked; asked++)
    reader.command('message.history', { ...page, limit: limits.pageMax }).catch(() => undefined);
  await Bun.sleep(deafMs);
  edge.clear();
  const code = await Promise.race([reader.closed, Bun.sleep(deafMs)]);
  reader.close();
  return code !== undefined;
}

/** Signed in, however often it takes. */
async function welcomed(port: number, token: string): Promise<SocketClient> {
  const until = performance.now() + welcomedWithinMs;
  for (;;)
    try {
      return await SocketClient.hello(socketUrl(port), token);
    } catch (error) {
      if (performance.now() > until) throw error;
      await Bun.sleep(100);
    }
}

/** Messages as long as they may be, each sent until it is stored. @returns the last one's seq. */
async function fill(writer: SocketClient, conversationId: number): Promise<number> {
  const one = async (index: number): Promise<number> => {
    const message = { conversationId, clientMsgId: `long-${index}`, content: text('x'.repeat(longTextBytes)) };
    for (;;)
      try {
        return (await writer.command('message.send', message)).seq;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await Bun.sleep(100);
      }
  };
  const seqs = await Promise.all(Array.from({ length: longTexts }, (_, index) => one(index)));
  writer.close();
  return Math.max(...seqs);
}
