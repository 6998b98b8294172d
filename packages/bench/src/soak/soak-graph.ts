import { lineGraph, type Series, type Stretch } from './line-graph.ts';
import type { Phase, Sample } from './sampler.ts';
import type { SoakResult } from './soak.ts';

const phaseNames: Readonly<Record<Phase, string>> = {
  'warm-up': 'warm-up',
  baseline: 'baseline',
  load: 'load and churn',
  quiet: 'quiet',
};
const mb = 2 ** 20;

/** The soak as a picture: what the server held, and how it did, over time. */
export function soakGraph({ options, samples, baseline }: SoakResult): string {
  const series = (name: string, of: (sample: Sample) => number): Series => ({
    name,
    points: samples.map((sample) => [sample.atSeconds / 60, of(sample)]),
  });
  return lineGraph({
    title: `Soak of ${options.minutes} min, seed ${options.seed}`,
    xName: 'minutes',
    stretches: stretchesOf(samples),
    panels: [
      {
        title: 'Memory',
        unit: 'MB',
        series: [
          series('resident', ({ memoryBytes }) => memoryBytes / mb),
          series('heap used', ({ heapBytes }) => heapBytes / mb),
        ],
        reference: { name: 'baseline', value: baseline.memoryBytes / mb },
      },
      {
        title: 'Held',
        unit: '',
        series: [
          series('descriptors', ({ descriptors }) => descriptors),
          series('topics', ({ topics }) => topics),
          series('sockets', ({ sockets }) => sockets),
        ],
        reference: { name: 'baseline', value: baseline.descriptors },
      },
      { title: 'Queue depth', unit: 'entries', series: [series('not done', ({ queueDepth }) => queueDepth)] },
      {
        title: 'Send to ack',
        unit: 'ms',
        series: [series('p99', ({ p99Ms }) => p99Ms), series('p50', ({ p50Ms }) => p50Ms)],
      },
      {
        title: 'CPU',
        unit: '% of a core',
        series: [
          series('server', ({ serverCpu }) => serverCpu * 100),
          series('generator', ({ generatorCpu }) => generatorCpu * 100),
        ],
      },
    ],
  });
}

/** Phases from their first sample to the next one’s. */
function stretchesOf(samples: readonly Sample[]): Stretch[] {
  const starts = samples.filter((sample, index) => sample.phase !== samples[index - 1]?.phase);
  return starts
    .map(({ phase, atSeconds }, index) => ({
      name: phaseNames[phase],
      from: index === 0 ? 0 : atSeconds / 60,
      to: (starts[index + 1] ?? samples.at(-1))?.atSeconds ?? 0,
      isShaded: phase === 'baseline' || phase === 'quiet',
    }))
    .map((stretch) => ({ ...stretch, to: stretch.to / 60 }));
}
