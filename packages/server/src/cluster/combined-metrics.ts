/** What one process says of itself, as Prometheus reads it; undefined: it did not answer. */
export interface MemberMetrics {
  readonly name: string;
  readonly text: string | undefined;
}

interface Family {
  /** Its meaning and its type, as whoever has it first says. */
  readonly head: readonly string[];
  readonly samples: string[];
}

/** Which version of its format Prometheus is told: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The figures of all processes as those of one place: each with the label `process`, which stays the same over their starts. Every
 * family is one group, as the format demands. `parley_process_up` says who answered.
 */
export function combineMetrics(members: readonly MemberMetrics[]): string {
  const families = new Map<string, Family>();
  for (const { name, text } of members) if (text !== undefined) addTo(families, name, text);
  const up = members.map(({ name, text }) => `parley_process_up{process="${name}"} ${text === undefined ? 0 : 1}`);
  const head = ['# HELP parley_process_up Whether the process told its figures.', '# TYPE parley_process_up gauge'];
  const rest = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
  return `${[...head, ...up, ...rest].join('\n')}\n`;
}

function addTo(families: Map<string, Family>, process: string, text: string): void {
  let head: string[] = [];
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (!line.startsWith('#')) {
      family ??= familyOf(families, nameIn(head) ?? nameOf(line), head);
      family.samples.push(labelled(line, process));
      continue;
    }
    if (family !== undefined) head = [];
    family = undefined;
    head.push(line);
  }
}

function familyOf(families: Map<string, Family>, name: string, head: readonly string[]): Family {
  const family = families.get(name) ?? { head, samples: [] };
  families.set(name, family);
  return family;
}

/** Of `# TYPE name counter`. */
function nameIn(head: readonly string[]): string | undefined {
  return head[0]?.split(' ')[2];
}

function nameOf(sample: string): string {
  return sample.split(/[{ ]/, 1)[0] ?? '';
}

/** Beside the labels it has. */
function labelled(sample: string, process: string): string {
  const name = nameOf(sample);
  const rest = sample.slice(name.length);
  const label = `process="${process}"`;
  if (!rest.startsWith('{')) return `${name}{${label}}${rest}`;
  return `${name}{${label}${rest.startsWith('{}') ? '' : ','}${rest.slice(1)}`;
}
