import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { temporaryFolder } from '../../../../../scripts/temporary-folder.ts';
import { loggedDefects } from './logged-defects.ts';

test('defects are told, warnings and torn lines are not', async () => {
  const lines = [
    { level: 30, msg: 'Starting' },
    { level: 40, msg: 'Ids run ahead of the clock' },
    { level: 50, msg: 'A defect', error: { message: 'x is undefined' } },
  ].map((line) => JSON.stringify(line));
  await using folder = await temporaryFolder({ 'parley.log': `${lines.join('\n')}\n{"level":50,"ms` });
  expect(loggedDefects(join(folder.path, 'parley.log'))).toEqual(['A defect: x is undefined']);
});
