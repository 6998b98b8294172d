import { findCommand, limits, ParleyError, toWireError, type WireError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { NodeRef } from '../presence/presence.ts';
import type { Caller, CommandCall, CommandOutcome, Rpc } from '../rpc/rpc.ts';
import type { Connection } from './connection.ts';
import type { Effects } from './effects.ts';
import type { Submission } from './protocol.ts';
import type { Tick } from './tick.ts';

export interface CommandsOptions {
  readonly rpc: Rpc;
  readonly node: NodeRef;
  readonly clock: Clock;
  readonly log: Log;
  readonly tick: Tick;
  readonly effects: Effects;
}

/** Commands of one call to `logic`. */
const batchMax = 1_024;
const hello = 'session.hello';
/** When a connection with too many commands out may try again. */
const busyRetryMs = 1_000;

/** What goes to `logic` in one call: the calls, and whose each is. */
class Batch {
  readonly calls: CommandCall[] = [];
  readonly connections: Connection[] = [];
  readonly submissions: Submission[] = [];

  add(connection: Connection, submission: Submission, caller: Caller): void {
    this.calls.push({ command: submission.command, params: submission.params, caller });
    this.connections.push(connection);
    this.submissions.push(submission);
  }
}

/**
 * Gathers the commands of all connections in a tick and hands them to `logic` together, one call per kind of work, so that a
 * slow search does not hold up messages. A connection's commands take effect in its order: while some are at `logic` the
 * next ones wait here. [D3]
 */
export class Commands {
  private readonly options: CommandsOptions;
  private readonly ready = new Set<Connection>();
  private requests = 0;

  constructor(options: CommandsOptions) {
    this.options = options;
  }

  /** Commands at `logic` or waiting for it. */
  inFlight = 0;

  submit(connection: Connection, submission: Submission): void {
    if (connection.inFlight >= limits.commandsInFlightMax) {
      connection.protocol.onOutcome(connection, submission.ticket, refuse('busy'));
      return;
    }
    this.inFlight++;
    connection.inFlight++;
    if (connection.waiting === undefined) connection.waiting = [submission];
    else connection.waiting.push(submission);
    this.wake(connection);
  }

  callerOf(connection: Connection): Caller {
    const { session, address, id } = connection;
    const { nodeId, bootId } = this.options.node;
    const requestId = `${bootId}-${(++this.requests).toString(36)}`;
    const caller = { address, requestId, connection: { nodeId, bootId, connectionId: id } };
    return session === undefined ? caller : { ...caller, session };
  }

  /** Sends what gathered. A phase of the tick. */
  flush(): void {
    if (this.ready.size === 0) return;
    const batches = new Map<string, Batch>();
    for (const connection of this.ready) this.take(connection, batches);
    this.ready.clear();
    for (const batch of batches.values()) void this.run(batch);
  }

  /** The connection is gone: what waits is never sent. What is at `logic` is finished. */
  forget(connection: Connection): void {
    const waiting = connection.waiting?.length ?? 0;
    connection.waiting = undefined;
    connection.inFlight -= waiting;
    this.inFlight -= waiting;
  }

  private wake(connection: Connection): void {
    if (connection.atLogic > 0 || connection.waiting === undefined) return;
    this.ready.add(connection);
    this.options.tick.wake();
  }

  /** Moves the connection's next commands of one kind into that kind's batch. */
  private take(connection: Connection, batches: Map<string, Batch>): void {
    const run = leadingRun(connection);
    const kind = kindOf(run[0]?.command);
    const refusal = refusalOf(connection, kind);
    connection.atLogic += run.length;
    if (refusal !== undefined) {
      for (const submission of run) this.finish(connection, submission, refusal);
      return;
    }
    for (const submission of run) {
      let batch = batches.get(kind);
      if (batch === undefined || batch.calls.length >= batchMax) {
        if (batch !== undefined) void this.run(batch);
        batch = new Batch();
        batches.set(kind, batch);
      }
      batch.add(connection, submission, this.callerOf(connection));
    }
  }

  private async run(batch: Batch): Promise<void> {
    const sentAtMs = this.options.clock.monotonic();
    const outcomes = await this.ask(batch);
    const late: number[] = [];
    for (const [index, connection] of batch.connections.entries()) {
      const outcome = outcomes[index] ?? refuse('internal');
      const isListening = this.options.effects.apply(connection, outcome.effects, sentAtMs);
      if (isListening) this.finishAt(batch, index, outcome);
      else late.push(index);
    }
    if (late.length === 0) return;
    await this.options.effects.settled();
    for (const index of late) this.finishAt(batch, index, outcomes[index] ?? refuse('internal'));
  }

  private async ask(batch: Batch): Promise<readonly CommandOutcome[]> {
    try {
      return await this.options.rpc.call('logic').handle(batch.calls);
    } catch (error) {
      if (!(error instanceof ParleyError))
        this.options.log.error({ error, calls: batch.calls.length }, 'Commands failed');
      const outcome = { error: toWireError(error) };
      return batch.calls.map(() => outcome);
    }
  }

  private finishAt(batch: Batch, index: number, outcome: CommandOutcome): void {
    const [connection, submission] = [batch.connections[index], batch.submissions[index]];
    if (connection !== undefined && submission !== undefined) this.finish(connection, submission, outcome);
  }

  private finish(connection: Connection, submission: Submission, outcome: CommandOutcome): void {
    this.inFlight--;
    connection.inFlight--;
    connection.atLogic--;
    if (connection.isClosed) return;
    connection.protocol.onOutcome(connection, submission.ticket, outcome);
    if (outcome.effects?.close !== undefined) connection.close(outcome.effects.close);
    this.wake(connection);
  }
}

/** Takes the first waiting commands of one kind; `session.hello` always goes alone. */
function leadingRun(connection: Connection): readonly Submission[] {
  const waiting = connection.waiting ?? [];
  const kind = kindOf(waiting[0]?.command);
  const end = waiting.findIndex(
    (submission, index) => index > 0 && (kind === hello || kindOf(submission.command) !== kind),
  );
  connection.waiting = end < 0 ? undefined : waiting.slice(end);
  return end < 0 ? waiting : waiting.slice(0, end);
}

/** Commands of one kind take about equally long, so they can wait for each other. */
function kindOf(command = ''): string {
  if (command === hello) return hello;
  const rate = findCommand(command)?.rate ?? 'public';
  return rate === 'signal' ? 'send' : rate;
}

/** One sign-in per connection, and nothing before it. */
function refusalOf(connection: Connection, kind: string): CommandOutcome | undefined {
  if (connection.session !== undefined)
    return kind === hello ? refuse('forbidden', 'This connection is signed in already; open another one.') : undefined;
  return kind === hello ? undefined : refuse('unauthenticated', 'Begin with session.hello.');
}

function refuse(code: WireError['code'], message?: string): CommandOutcome {
  return { error: toWireError(new ParleyError(code, message, code === 'busy' ? { retryAfterMs: busyRetryMs } : {})) };
}
