import { afterAll, describe, expect, test } from 'bun:test';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfig } from '../../src/config/config.ts';
import { readDeploy, root } from './deploy-file.ts';

interface Step {
  readonly word: string;
  readonly rest: string;
}

const words = 'FROM WORKDIR COPY RUN USER ENV VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD'.split(' ');
const steps = stepsOf(readDeploy('Dockerfile'));
const folder = mkdtempSync(join(tmpdir(), 'parley-image-'));
const slow = 300_000;
afterAll(() => rmSync(folder, { recursive: true }));

function stepsOf(text: string): readonly Step[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines
    .filter(Boolean)
    .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
}

const restOf = (word: string): string => steps.findLast((step) => step.word === word)?.rest ?? '';

describe('deploy/Dockerfile', () => {
  test('is made of known steps, in two stages, and takes the executable from where the first one left it', () => {
    expect(steps.filter(({ word }) => !words.includes(word))).toEqual([]);
    expect(steps.filter(({ word }) => word === 'FROM')).toHaveLength(2);
    const [, out = ''] = / --out (\S+)/.exec(steps.find(({ word }) => word === 'RUN')?.rest ?? '') ?? [];
    expect(restOf('COPY')).toBe(`--from=build ${out}/parley /usr/local/bin/parley`);
  });

  test('runs as a user by number that is not root, who owns the data', () => {
    const [, uid = ''] = /--uid (\d+)/.exec(restOf('RUN')) ?? [];
    expect(Number(uid)).toBeGreaterThan(0);
    expect(restOf('USER')).toBe(`${uid}:${uid}`);
    expect(restOf('RUN')).toContain(`--owner=parley --group=parley --mode=0700 ${restOf('VOLUME')}`);
    expect(restOf('ENV')).toContain(`PARLEY_DATA_DIR=${restOf('VOLUME')}`);
  });

  test('shows the ports of the defaults, stops as the server expects, and asks it for its health', () => {
    const { sitePort, apiPort, wsPort, tcpPorts } = readConfig({ file: 'none', environment: {}, flags: {} });
    expect(restOf('EXPOSE')).toBe([sitePort, apiPort, wsPort, ...tcpPorts].join(' '));
    expect(restOf('STOPSIGNAL')).toBe('SIGTERM');
    expect(restOf('HEALTHCHECK')).toEndWith('CMD ["parley", "healthcheck"]');
    expect([restOf('ENTRYPOINT'), restOf('CMD')]).toEqual(['["parley"]', '["start"]']);
  });

  test(
    'its build works in a folder that holds only what .dockerignore lets through',
    () => {
      const source = join(folder, 'source');
      for (const file of contextFiles()) {
        mkdirSync(dirname(join(source, file)), { recursive: true });
        cpSync(join(root, file), join(source, file));
      }
      const run = steps.find(({ word }) => word === 'RUN')?.rest.replace('/out', join(folder, 'out')) ?? '';
      const { exitCode, stderr } = Bun.spawnSync(['sh', '-c', run], { cwd: source });
      expect([exitCode, stderr.toString()]).toEqual([0, expect.any(String)]);
      const { stdout } = Bun.spawnSync([join(folder, 'out/parley'), '--version'], { cwd: folder, env: {} });
      expect(stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
      for (const left of ['packages/server/test', 'deploy', 'docs']) expect(existsSync(join(source, left))).toBe(false);
    },
    slow,
  );
});

/** What is in the project's folder and passes .dockerignore, whose last line that fits decides. */
function contextFiles(): readonly string[] {
  const lines = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const rules = lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isKept: line.startsWith('!'), pattern: line.replace('!', '') }))
    .map(({ isKept, pattern }) => ({ isKept, globs: [new Bun.Glob(pattern), new Bun.Glob(`${pattern}/**`)] }));
  const patterns = ['*', ...['bin', 'packages', 'scripts', 'deploy', 'docs'].map((name) => `${name}/**/*`)];
  const files = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: root })]);
  return files.filter((file) => rules.findLast(({ globs }) => globs.some((glob) => glob.match(file)))?.isKept === true);
}
