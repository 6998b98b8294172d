import type { Transport } from './contract.ts';

const retryBaseMs = 60_000;
const retryCapMs = 3_600_000;
/** One WebSocket that opens and dies without a word may be a server going down; two in a row are something in between. */
const mutesMax = 2;

/** What a client has learnt of the way to its server. */
export interface TransportMemory {
  readonly preferred: Transport;
  /** Times in a row that WebSockets turned out to be blocked. */
  readonly blocks: number;
  /** WebSockets in a row that were cut before they carried anything. */
  readonly mutes: number;
  /** When WebSockets are tried first again, though streams are preferred. */
  readonly retryAt: number;
}

/**
 * `carried`: a frame came over a WebSocket. `mute`: one opened, and was cut before any frame came; `silent`: it was not even cut.
 * `blocked`: one could not be opened, but a stream could, right after. That neither could says nothing of the way: the server is
 * down.
 */
export type TransportFinding = 'carried' | 'mute' | 'silent' | 'blocked';

export const nothingLearnt: TransportMemory = { preferred: 'websocket', blocks: 0, mutes: 0, retryAt: 0 };

/** Which transport to try first; the other one is tried when it cannot be opened. */
export function firstTransport({ preferred, retryAt }: TransportMemory, now: number): Transport {
  return now >= retryAt ? 'websocket' : preferred;
}

/** What is known after a finding. Streams are never preferred for good: each time twice as long, an hour at most. */
export function learn(memory: TransportMemory, finding: TransportFinding, now: number): TransportMemory {
  if (finding === 'carried') return nothingLearnt;
  const mutes = finding === 'mute' ? memory.mutes + 1 : 0;
  if (finding === 'mute' && mutes < mutesMax) return { ...memory, mutes };
  const delayMs = Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(memory.blocks, 16));
  return { preferred: 'stream', blocks: memory.blocks + 1, mutes: 0, retryAt: now + delayMs };
}
