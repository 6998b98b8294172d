/** One curve; a point without a value breaks it. */
export interface Series {
  readonly name: string;
  /** x and y, by x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** Drawn as a dashed line all the way. */
  readonly reference?: { readonly name: string; readonly value: number };
}

export interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Set off from the others. */
  readonly isShaded: boolean;
}

export interface LineGraph {
  readonly title: string;
  readonly xName: string;
  readonly panels: readonly Panel[];
  readonly stretches: readonly Stretch[];
}

const width = 960;
const [left, right, top, bottom] = [70, 150, 92, 56];
const [panelHeight, panelGap] = [116, 46];
const plotWidth = width - left - right;
/** More points of one curve than this cannot be told apart. */
const pointsMax = 700;
const labelHeight = 15;
const ticksWanted = 3;

/** Panels below each other over one x axis, as an SVG of its own that follows the reader’s light or dark. */
export function lineGraph(graph: LineGraph): string {
  const height = top + graph.panels.length * (panelHeight + panelGap) - panelGap + bottom;
  const x = scaleOf(graph);
  const panels = graph.panels.map((panel, index) => panelSvg(panel, x, top + index * (panelHeight + panelGap)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(graph.title)}">`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title" x="${left}" y="28">${escaped(graph.title)}</text>`,
    ...graph.stretches.map((stretch) => stretchSvg(stretch, x, height)),
    ...panels,
    xAxisSvg(graph, x, height),
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  readonly max: number;
  at(value: number): number;
}

function scaleOf({ stretches, panels }: LineGraph): Scale {
  const ends = [
    ...stretches.map(({ to }) => to),
    ...panels.flatMap(({ series }) => series.map(({ points }) => points.at(-1)?.[0] ?? 0)),
  ];
  const max = Math.max(1e-9, ...ends);
  return { max, at: (value) => round(left + (value / max) * plotWidth) };
}

function panelSvg({ title, unit, series, reference }: Panel, x: Scale, y0: number): string {
  const highest = Math.max(
    reference?.value ?? 0,
    ...series.flatMap(({ points }) => points.map(([, y]) => y).filter(Number.isFinite)),
  );
  const ticks = ticksTo(highest);
  const max = ticks.at(-1) ?? 1;
  const y = (value: number): number => round(y0 + panelHeight - (value / max) * panelHeight);
  const curves = series.map((one, index) => ({ name: one.name, style: `t${index}`, y: y(lastOf(one)) }));
  const labels =
    reference === undefined ? curves : [...curves, { name: reference.name, style: 'soft', y: y(reference.value) }];
  return [
    `<text class="name" x="${left}" y="${y0 - 10}">${escaped(title)}${unit === '' ? '' : `, ${escaped(unit)}`}</text>`,
    ...ticks.map((tick) => tickSvg(tick, y(tick))),
    ...(reference === undefined ? [] : [referenceSvg(y(reference.value))]),
    ...series.map(({ points }, index) => `<path class="curve c${index}" d="${pathOf(thinned(points), x, y)}"/>`),
    ...spread(labels, y0).map(
      ({ name, style, y }) => `<text class="${style}" x="${left + plotWidth + 8}" y="${y + 4}">${escaped(name)}</text>`,
    ),
  ].join('\n');
}

function tickSvg(tick: number, y: number): string {
  const line = `<line class="grid" x1="${left}" x2="${left + plotWidth}" y1="${y}" y2="${y}"/>`;
  return `${line}<text class="tick" x="${left - 8}" y="${y + 4}">${tick.toLocaleString('en')}</text>`;
}

function referenceSvg(y: number): string {
  return `<line class="reference" x1="${left}" x2="${left + plotWidth}" y1="${y}" y2="${y}"/>`;
}

function stretchSvg({ name, from, to, isShaded }: Stretch, x: Scale, height: number): string {
  const [x1, x2] = [x.at(from), x.at(to)];
  const shade = `<rect class="shade" x="${x1}" y="${top - 6}" width="${round(x2 - x1)}" height="${height - top - bottom + 6}"/>`;
  const text = `<text class="small middle" x="${round((x1 + x2) / 2)}" y="${isShaded ? 64 : 48}">${escaped(name)}</text>`;
  return `${isShaded ? shade : ''}${text}`;
}

function xAxisSvg({ xName }: LineGraph, x: Scale, height: number): string {
  const y = height - bottom + 20;
  const ticks = ticksTo(x.max, 8).filter((tick) => tick <= x.max);
  const texts = ticks.map(
    (tick) => `<text class="small middle" x="${x.at(tick)}" y="${y}">${tick.toLocaleString('en')}</text>`,
  );
  return `${texts.join('')}<text class="small middle" x="${left + plotWidth / 2}" y="${y + 18}">${escaped(xName)}</text>`;
}

/** From 0 by round steps to the first that is not below `max`. */
function ticksTo(max: number, wanted = ticksWanted): number[] {
  if (!(max > 0)) return [0, 1];
  const rough = max / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.ceil(max / step - 1e-9) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function pathOf(points: Series['points'], x: Scale, y: (value: number) => number): string {
  let isOpen = false;
  return points
    .map(([at, value]) => {
      if (!Number.isFinite(value)) {
        isOpen = false;
        return '';
      }
      const command = isOpen ? 'L' : 'M';
      isOpen = true;
      return `${command}${x.at(at)} ${y(value)}`;
    })
    .join('');
}

/** Of neighbours the highest stays, so that no peak is lost. */
function thinned(points: Series['points']): Series['points'] {
  const each = Math.ceil(points.length / pointsMax);
  if (each <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / each) }, (_, part) =>
    points.slice(part * each, (part + 1) * each).reduce((a, b) => (b[1] > a[1] ? b : a)),
  );
}

function lastOf({ points }: Series): number {
  return points.findLast(([, y]) => Number.isFinite(y))?.[1] ?? 0;
}

interface Label {
  readonly name: string;
  readonly style: string;
  readonly y: number;
}

/** Moves labels apart that would stand on each other. */
function spread(labels: readonly Label[], y0: number): Label[] {
  let from = y0;
  return labels
    .toSorted((a, b) => a.y - b.y)
    .map((label) => {
      const y = Math.max(label.y, from);
      from = y + labelHeight;
      return { ...label, y };
    });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const style = `
svg { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color-scheme: light dark;
  --paper: #fff; --ink: #1c2230; --soft: #667085; --grid: #e4e7ec; --shade: #f3f5f8; --c0: #2563c9; --c1: #c2570c; --c2: #14804a; }
@media (prefers-color-scheme: dark) { svg {
  --paper: #14171c; --ink: #e3e7ee; --soft: #98a2b3; --grid: #2a2f38; --shade: #1c2027; --c0: #74a9ff; --c1: #f2a15f; --c2: #5fcb90; } }
text { fill: var(--ink); } .title { font-size: 16px; font-weight: 600; } .name { font-weight: 600; }
.tick { fill: var(--soft); text-anchor: end; } .small { fill: var(--soft); font-size: 11px; } .middle { text-anchor: middle; }
.paper { fill: var(--paper); } .shade { fill: var(--shade); } .grid { stroke: var(--grid); }
.reference { stroke: var(--soft); stroke-dasharray: 4 4; } .curve { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); }
.soft { fill: var(--soft); } .t0 { fill: var(--c0); } .t1 { fill: var(--c1); } .t2 { fill: var(--c2); }
`.trim();
