import { expect, test } from 'bun:test';
import { lineGraph, type LineGraph, type Panel } from './line-graph.ts';

const panel: Panel = {
  title: 'Held',
  unit: 'MB',
  series: [
    {
      name: 'resident',
      points: [
        [0, 10],
        [1, 20],
        [2, 15],
      ],
    },
  ],
};
const graph = (more: Partial<LineGraph> = {}): LineGraph => ({
  title: 'Soak',
  xName: 'minutes',
  stretches: [{ name: 'load', from: 0, to: 2, isShaded: false }],
  panels: [panel],
  ...more,
});
const withPoints = (points: Panel['series'][number]['points']): string =>
  lineGraph(graph({ panels: [{ ...panel, series: [{ name: 'resident', points }] }] }));
const curvesOf = (svg: string): string[] =>
  [...svg.matchAll(/class="curve c\d+" d="([^"]*)"/g)].map(([, path = '']) => path);
const ticksOf = (svg: string): string[] =>
  [...svg.matchAll(/class="tick"[^>]*>([^<]*)</g)].map(([, text = '']) => text);

test('a curve goes from the left edge to the right, and the highest tick is not below it', () => {
  const svg = lineGraph(graph());
  expect(curvesOf(svg)).toEqual(['M70 150L440 92L810 121']);
  expect(ticksOf(svg)).toEqual(['0', '10', '20']);
});

test('a point without a value breaks the curve', () => {
  const [path = ''] = curvesOf(
    withPoints([
      [0, 1],
      [1, Number.NaN],
      [2, 1],
    ]),
  );
  expect(path.match(/M/g)).toHaveLength(2);
  expect(path).not.toContain('L');
  expect(path).not.toContain('NaN');
});

test('of very many points the peaks stay', () => {
  const points = Array.from({ length: 20_000 }, (_, x) => [x, x === 12_345 ? 100 : 1] as const);
  const [path = ''] = curvesOf(withPoints(points));
  expect(path.length).toBeLessThan(20_000);
  expect(path).toContain(' 92L');
});

test('nothing but zeros, and nothing at all, can be drawn', () => {
  expect(
    curvesOf(
      withPoints([
        [0, 0],
        [1, 0],
      ]),
    )[0],
  ).not.toContain('NaN');
  expect(curvesOf(withPoints([]))).toEqual(['']);
});

test('names that stand beside each other are moved apart', () => {
  const series = ['one', 'two', 'three'].map((name) => ({
    name,
    points: [
      [0, 5],
      [1, 5],
    ] as const,
  }));
  const svg = lineGraph(graph({ panels: [{ ...panel, series }] }));
  const places = [...svg.matchAll(/class="t\d" x="\d+" y="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(places).toHaveLength(3);
  for (const [index, y] of places.entries())
    if (index > 0) expect(y - (places[index - 1] ?? 0)).toBeGreaterThanOrEqual(15);
});

test('text is no markup', () => {
  expect(lineGraph(graph({ title: '<script>"&' }))).toContain('&lt;script>&quot;&amp;');
});
