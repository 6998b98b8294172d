export interface IndexInSteps {
  /** While others write, rest this many times as long as a step took: sends come first, even where the index then falls behind. */
  readonly restPerStep: number;
  /** How many commits there were. */
  commits(): number;
  /** True when that was all. */
  step(): Promise<boolean>;
}

/** Brings the search index up to the log. [S11] */
export async function indexInSteps({ restPerStep, commits, step }: IndexInSteps): Promise<void> {
  let seen = commits();
  for (;;) {
    const began = performance.now();
    if (await step()) return;
    const restMs = commits() === seen ? 0 : (performance.now() - began) * restPerStep;
    seen = commits();
    await Bun.sleep(restMs);
  }
}
