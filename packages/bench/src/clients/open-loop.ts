/**
 * Calls `fire` `count` times at `perSecond`, each with the time it was meant to be at, whatever became of those before: latency
 * counts from there, so that a server that holds the generator up does not look fast. Ends early with the signal.
 */
export async function openLoop(
  { count, perSecond, signal }: { readonly count: number; readonly perSecond: number; readonly signal?: AbortSignal },
  fire: (index: number, intendedAt: number) => void,
): Promise<void> {
  const beganAt = performance.now();
  const everyMs = 1_000 / perSecond;
  let fired = 0;
  const isOver = (): boolean => fired >= count || signal?.aborted === true;
  while (!isOver()) {
    const due = Math.min(count, Math.floor((performance.now() - beganAt) / everyMs) + 1);
    for (; fired < due; fired++) fire(fired, beganAt + fired * everyMs);
    if (!isOver()) await Bun.sleep(1);
  }
}
