import type { Device } from '../actors/device.ts';
import type { Edge, EdgeCounts } from '../network/edge.ts';
import type { Weather } from '../network/weather.ts';
import type { Random } from '../random.ts';
import { lasts, type Strike } from './strike.ts';

export interface EdgeStrikeOptions {
  /** Whose way to the server. */
  readonly device: string;
  readonly forMs: number;
}

/** What becomes of an edge: begins, and says by which count it shows. */
interface Disturbance {
  readonly class: Strike['class'];
  readonly what: string;
  readonly shows: keyof EdgeCounts;
  /** It strikes what a client says, so that one which only listens will not do. */
  readonly isUpward?: true;
  begin(edge: Edge): void;
}

const connectsWithinMs = 20_000;
const triesMax = 3;

const conditions = (weather: Partial<Weather>) => (edge: Edge) => edge.change(weather);

/** F8 to F11: what a network can do to one client's way to the server. */
export const disturbances: readonly Disturbance[] = [
  {
    class: 'F8',
    what: 'nothing arrives at the server',
    shows: 'swallowed',
    isUpward: true,
    begin: conditions({ isSilentUp: true }),
  },
  {
    class: 'F8',
    what: 'nothing arrives at the client',
    shows: 'swallowed',
    begin: conditions({ isSilentDown: true }),
  },
  { class: 'F9', what: 'half-open', shows: 'swallowed', begin: (edge) => edge.silence('up', 'down') },
  { class: 'F11', what: 'sliced into 1 to 3 bytes', shows: 'slices', begin: conditions({ sliceBytesMax: 3 }) },
  { class: 'F11', what: 'many frames in one read', shows: 'glued', begin: conditions({ glueMs: 150 }) },
  { class: 'F11', what: 'cut mid-frame on the way down', shows: 'cuts', begin: (edge) => edge.cutAfter('down', 100) },
  {
    class: 'F11',
    what: 'cut mid-frame on the way up',
    shows: 'cuts',
    isUpward: true,
    begin: (edge) => edge.cutAfter('up', 50),
  },
  {
    class: 'F8',
    what: 'slow and narrow',
    shows: 'delayed',
    begin: conditions({ latencyMs: 150, jitterMs: 150, bytesPerSecond: 20_000 }),
  },
];

export function disturb(disturbance: Disturbance, { device: name, forMs }: EdgeStrikeOptions): Strike {
  return {
    class: disturbance.class,
    name: disturbance.what,
    lane: 'edge',
    happen: async ({ device }) => {
      const { edge } = device(name);
      const before = edge.counts()[disturbance.shows];
      const hits = (): number => edge.counts()[disturbance.shows] - before;
      // Who closes the connection just then, as some do now and then, is not struck.
      for (let tries = 0; tries < triesMax && hits() === 0; tries++) {
        await connected(device(name));
        disturbance.begin(edge);
        await lasts(forMs, hits);
        edge.clear();
      }
      return { hits: hits(), affected: [device(name)] };
    },
  };
}

/** F21: a client that was not updated meets a server that was. */
export function oldClient({ device: name, forMs }: EdgeStrikeOptions): Strike {
  return {
    class: 'F21',
    name: 'old client, newer server',
    lane: 'edge',
    happen: async ({ device }) => {
      const old = await connected(device(name));
      using newer = old.meetNewerServer?.();
      return { hits: await lasts(forMs, () => newer?.frames() ?? 0), affected: [old] };
    },
  };
}

/** Who is away cannot be disturbed. */
async function connected(device: Device): Promise<Device> {
  device.hurry();
  await device.served(AbortSignal.timeout(connectsWithinMs));
  return device;
}

/** F8: the way comes and goes. */
export function flapping(random: Random, { device: name, forMs }: EdgeStrikeOptions): Strike {
  const everyMs = random.between(100, 400);
  return {
    class: 'F8',
    name: 'flapping',
    lane: 'edge',
    happen: async ({ device }) => {
      const { edge } = await connected(device(name));
      let hits = 0;
      for (let passedMs = 0; passedMs < forMs; passedMs += everyMs) {
        const isDown = (passedMs / everyMs) % 2 === 0;
        edge.change({ isRefusing: isDown });
        if (isDown) hits += edge.cut();
        await Bun.sleep(everyMs);
      }
      edge.clear();
      return { hits, affected: [device(name)] };
    },
  };
}
