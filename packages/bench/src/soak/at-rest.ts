import type { Sample, Sampler } from './sampler.ts';

/** Longer than the server keeps an HTTP connection that nobody uses. */
const calmMs = 25_000;
const patienceMs = 120_000;
const lookEveryMs = 1_000;

/**
 * Resolves with how things stand when nothing has moved for a while: descriptors, sockets, topics and queue. Of memory the lowest
 * of that time counts, as garbage is collected when the runtime thinks fit.
 * @throws Error when it does not come to rest
 */
export async function atRest(sampler: Sampler): Promise<Sample> {
  const beganAt = performance.now();
  let since = beganAt;
  let calm: Sample[] = [];
  while (performance.now() - beganAt < patienceMs) {
    const sample = await sampler.take();
    const [first] = calm;
    if (first === undefined || !isSame(first, sample)) {
      since = performance.now();
      calm = [];
    }
    calm.push(sample);
    if (performance.now() - since >= calmMs && sample.queueDepth === 0) return lowestOf(calm, sample);
    await Bun.sleep(lookEveryMs);
  }
  throw new Error(`The server did not come to rest within ${patienceMs / 1_000} s.`);
}

function isSame(a: Sample, b: Sample): boolean {
  return (
    a.descriptors === b.descriptors && a.sockets === b.sockets && a.topics === b.topics && a.queueDepth === b.queueDepth
  );
}

function lowestOf(calm: readonly Sample[], last: Sample): Sample {
  const lowest = (of: (sample: Sample) => number): number => Math.min(...calm.map(of));
  return {
    ...last,
    memoryBytes: lowest((sample) => sample.memoryBytes),
    heapBytes: lowest((sample) => sample.heapBytes),
  };
}
