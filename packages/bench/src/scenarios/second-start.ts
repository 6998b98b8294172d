import { ServerProcess } from '@parley/server/test/server-process.ts';
import { residentBytesOf } from '../measure/process-usage.ts';
import type { Outcome, Scenario } from '../scenario.ts';

/** B11: how long an existing installation without data takes until it serves, and the memory it has then. */
export const secondStart: Scenario = {
  id: 'b11',
  title: 'start',
  async run(scale): Promise<Outcome> {
    await using server = await ServerProcess.start();
    const seconds: number[] = [];
    const megabytes: number[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      await server.stop();
      const began = performance.now();
      await server.start();
      seconds.push((performance.now() - began) / 1_000);
      megabytes.push(residentBytesOf(server.pid) / 2 ** 20);
    }
    return {
      workload: 'the server process with all roles, on a data folder made by an earlier start, to `readyz`',
      figures: [
        { name: 'ready after', unit: 's', values: seconds, budget: '< 1' },
        { name: 'memory then', unit: 'MB', values: megabytes, budget: '< 80' },
      ],
    };
  },
};
