import { ParleyError, toWireError } from '@parley/protocol';
import type { CommandCall, CommandOutcome, Rpc } from '../rpc/rpc.ts';

interface Asked {
  readonly call: CommandCall;
  readonly answer: (outcome: CommandOutcome) => void;
}

const apiLimits = {
  /** Requests whose answer is outstanding. `busy` */
  outstandingMax: 8_192,
  retryAfterMs: 500,
} as const;

/** These hash a password: in one call with others they would hold those up. */
const slow: ReadonlySet<string> = new Set([
  'account.register',
  'account.claim',
  'account.changePassword',
  'session.create',
]);

/** Takes the requests of one tick to `logic` in one call. Never rejects: what goes wrong is an outcome. */
export class CommandLine {
  private readonly rpc: Rpc;
  private gathered: Asked[] = [];
  private outstanding = 0;

  constructor(rpc: Rpc) {
    this.rpc = rpc;
  }

  ask(call: CommandCall): Promise<CommandOutcome> {
    if (this.outstanding >= apiLimits.outstandingMax)
      return Promise.resolve({
        error: toWireError(new ParleyError('busy', undefined, { retryAfterMs: apiLimits.retryAfterMs })),
      });
    this.outstanding++;
    return new Promise((answer) => {
      if (slow.has(call.command)) void this.send([{ call, answer }]);
      else this.gather({ call, answer });
    });
  }

  private gather(asked: Asked): void {
    if (this.gathered.length === 0)
      setImmediate(() => {
        const batch = this.gathered;
        this.gathered = [];
        void this.send(batch);
      });
    this.gathered.push(asked);
  }

  private async send(batch: readonly Asked[]): Promise<void> {
    const outcomes = await this.outcomesOf(batch.map(({ call }) => call));
    this.outstanding -= batch.length;
    for (const [index, { answer }] of batch.entries())
      answer(outcomes[index] ?? { error: toWireError(new ParleyError('internal')) });
  }

  private async outcomesOf(calls: readonly CommandCall[]): Promise<readonly CommandOutcome[]> {
    try {
      return await this.rpc.call('logic').handle(calls);
    } catch (error) {
      const outcome = { error: toWireError(error) };
      return calls.map(() => outcome);
    }
  }
}
