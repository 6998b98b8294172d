import { expect, test } from 'bun:test';
import { settings } from '../../src/config/settings.ts';
import { readDeploy } from './deploy-file.ts';

interface Job {
  readonly job_name: string;
  readonly static_configs?: readonly {
    readonly targets: readonly string[];
    readonly labels?: { readonly role: string };
  }[];
}

const { scrape_configs: jobs } = Bun.YAML.parse(readDeploy('prometheus.yml')) as {
  readonly scrape_configs: readonly Job[];
};

function targetsOf(name: string): readonly { readonly targets: readonly string[]; readonly role: string }[] {
  const found = jobs.find(({ job_name: each }) => each === name)?.static_configs ?? [];
  return found.map(({ targets, labels }) => ({ targets, role: labels?.role ?? '' }));
}

test('deploy/prometheus.yml asks one process, and a cluster of one machine, at the usual operations port', () => {
  const usual = [{ targets: [`127.0.0.1:${settings.opsPort.schema.parse(undefined)}`], role: '' }];
  expect(targetsOf('parley')).toEqual(usual);
  expect(targetsOf('parley-machine')).toEqual(usual);
});

test('deploy/prometheus.yml asks every program of supervisord.conf', () => {
  const programs = readDeploy('supervisord.conf')
    .split(/^\[program:/m)
    .slice(1);
  const expected = programs.map((text) => {
    const [, role = ''] = /^(\w+)\]/.exec(text) ?? [];
    const [, port = ''] = /--ops-port (\d+)/.exec(text) ?? [];
    const [, count] = /numprocs=(\d+)/.exec(text) ?? [];
    const ports =
      count === undefined ? [port] : Array.from({ length: Number(count) }, (_, index) => `${port}${index + 1}`);
    return { targets: ports.map((each) => `127.0.0.1:${each}`), role };
  });
  expect(targetsOf('parley-roles')).toEqual(expected);
});

test('deploy/prometheus.yml finds the pods of the chart by what they are labelled with', () => {
  const chart = readDeploy('helm/parley/templates/_helpers.tpl');
  for (const part of [
    'prometheus.io/scrape: "true"',
    'prometheus.io/port:',
    'app.kubernetes.io/name:',
    'app.kubernetes.io/component:',
  ])
    expect(chart).toContain(part);
  expect(Bun.YAML.parse(readDeploy('helm/parley/Chart.yaml'))).toMatchObject({ name: 'parley' });
});
