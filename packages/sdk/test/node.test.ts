import { afterAll, beforeAll, describe, test } from 'bun:test';
import { join } from 'node:path';
import { ServerProcess } from '../../server/test/server-process.ts';
import { needsNode, node } from './node-program.ts';
import { expectChat, program } from './runtime-steps.ts';

const slow = 60_000;
const sources = join(import.meta.dir, '../src/index.ts');
let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
}, slow);

afterAll(async () => {
  await server[Symbol.asyncDispose]();
}, slow);

describe('D2 what was written while the server was away survives a reload and arrives once', () => {
  describe.each(['auto', 'stream'] as const)('with the transport %s', (transport) => {
    const how = { module: sources, transport };

    test('in Bun', () => expectChat({ ...how, command: [process.execPath, program], server }), slow);

    test.skipIf(node === undefined)(
      `in Node, from the sources ${needsNode}`,
      () => expectChat({ ...how, command: [node ?? '', program], server }),
      slow,
    );
  });
});
