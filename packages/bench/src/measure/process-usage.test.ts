import { expect, test } from 'bun:test';
import { cpuSecondsOf, memoryBytesOf, residentBytesOf } from './process-usage.ts';

test.skipIf(process.platform !== 'linux')(
  'a process is measured from outside as it measures itself from inside',
  () => {
    const { user, system } = process.cpuUsage();
    expect(Math.abs(cpuSecondsOf(process.pid) - (user + system) / 1e6)).toBeLessThan(1);
    expect(memoryBytesOf(process.pid)).toBeGreaterThan(10_000_000);
    expect(residentBytesOf(process.pid)).toBeGreaterThan(memoryBytesOf(process.pid));
  },
);
