import { afterAll, describe, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDeploy } from './deploy-file.ts';

const program = Bun.which('systemd-analyze');
const name = program === null ? 'needs systemd-analyze: apt-get install --yes systemd' : 'with systemd-analyze';
const folder = mkdtempSync(join(tmpdir(), 'parley-units-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Of ten, as `systemd-analyze security` counts; a unit that says nothing has 9.6. */
const exposureMax = 2.5;

function analyze(args: readonly string[]): { readonly code: number; readonly out: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([program ?? '', ...args], { cwd: folder });
  return { code: exitCode, out: `${stdout.toString()}${stderr.toString()}` };
}

describe.skipIf(program === null)(name, () => {
  test.each([
    ['parley.service', 'parley.service'],
    ['parley@.service', 'parley@connect.service'],
  ])('deploy/systemd/%s is a unit without a fault, closed up well', (file, unit) => {
    // It has to find a program where ours would be.
    const text = readDeploy(`systemd/${file}`).replaceAll('/usr/local/bin/parley', process.execPath);
    writeFileSync(join(folder, file), text);
    if (unit !== file) writeFileSync(join(folder, unit), text);
    expect(analyze(['verify', '--man=no', join(folder, unit)])).toEqual({ code: 0, out: '' });
    const { out } = analyze(['security', '--offline=yes', '--no-pager', join(folder, unit)]);
    const [, exposure = ''] = /Overall exposure level .*: ([\d.]+)/.exec(out) ?? [];
    expect([Number(exposure) > 0, Number(exposure) <= exposureMax, exposure]).toEqual([true, true, exposure]);
  });
});

test('the units give a stopping process more time than it takes', () => {
  const [, drainMs = ''] = /^PARLEY_DRAIN_MS=(\d+)$/m.exec(readDeploy('systemd/parley.env.example')) ?? [];
  for (const file of ['systemd/parley.service', 'systemd/parley@.service']) {
    const [, seconds = ''] = /^TimeoutStopSec=(\d+)$/m.exec(readDeploy(file)) ?? [];
    expect(Number(seconds) * 1_000).toBeGreaterThan(Number(drainMs) + 30_000);
  }
});
