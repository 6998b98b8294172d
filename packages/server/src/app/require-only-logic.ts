import { spelling, type Config } from '../config/config.ts';
import { StartError } from '../start-error.ts';
import type { EnginesOf } from './role-engines.ts';

/** SQLite is a file of one process: beside another node of logic there would be two truths. @throws StartError */
export async function requireOnlyLogic({ storeUrl }: Config, { registry, calls }: EnginesOf<'logic'>): Promise<void> {
  if (!storeUrl.startsWith('sqlite:')) return;
  for (const { nodeId } of await registry.list('logic')) {
    // One that was killed stays listed for a while.
    const isAlive = await calls.rpc
      .call('logic', nodeId)
      .heads([])
      .then(
        () => true,
        () => false,
      );
    if (isAlive)
      throw new StartError(
        `${nodeId} has the role logic already, and ${spelling.file('storeUrl')} = "sqlite:" is of one process. Stop it, or start the other roles only.`,
      );
  }
}
