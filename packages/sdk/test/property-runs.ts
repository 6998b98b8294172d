/**
 * How often a law is tried. For long runs, and to see a failure again:
 * `PROPERTY_RUNS=1000000 PROPERTY_SEED=42 npm test -- sync-state`.
 */
export function propertyRuns(usual: number): { readonly numRuns: number; readonly seed?: number } {
  const { PROPERTY_RUNS: runs, PROPERTY_SEED: seed } = process.env;
  return { numRuns: runs === undefined ? usual : Number(runs), ...(seed === undefined ? {} : { seed: Number(seed) }) };
}
