import { limits, ParleyError, toWireError, type WireError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { NodeRef } from '../presence/presence.ts';
import { Refusals } from '../refusals.ts';
import type { Caller, CommandCall, CommandOutcome, Rpc } from '../rpc/rpc.ts';
import type { Connection } from './connection.ts';
import type { Effects } from './effects.ts';
import type { Pauses } from './pauses.ts';
import type { Submission } from './protocol.ts';
import type { Tick } from './tick.ts';
import { Timed, type TimerWheel } from './timer-wheel.ts';
import { WorkLines, type WorkLine } from './work-line.ts';

export interface CommandsOptions {
  readonly rpc: Rpc;
  readonly node: NodeRef;
  readonly clock: Clock;
  readonly log: Log;
  readonly tick: Tick;
  readonly wheel: TimerWheel;
  readonly effects: Effects;
  readonly pauses: Pauses;
  /** A sign-in ended in a way that may have left its route behind. */
  readonly onLostSignIn: () => void;
}

/** Commands of one call to `logic`. */
const batchMax = 1_024;
/** How often those that wait for a place at `logic` are looked at. */
const sweepMs = 250;

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
 * next ones wait here. [D3] What is more than this node takes on is refused at once, before it costs anything. [D11]
 */
export class Commands extends Timed {
  private readonly options: CommandsOptions;
  private readonly ready = new Set<Connection>();
  private readonly lines = new WorkLines();
  private requests = 0;

  constructor(options: CommandsOptions) {
    super();
    this.options = options;
  }

  /** Commands at `logic` or waiting for it. */
  inFlight = 0;
  /** Commands had to be refused since the last tick, or still would be. */
  isOverloaded = false;
  /** What was refused before it came to `logic`, or because it did not come there. */
  readonly refusals = new Refusals();

  submit(connection: Connection, submission: Submission): void {
    const line = this.lines.of(submission.command);
    if (this.turnsAway(connection, line)) {
      connection.protocol.onOutcome(connection, submission.ticket, line.busy());
      return;
    }
    this.inFlight++;
    line.inFlight++;
    connection.inFlight++;
    if (connection.waiting === undefined) connection.waiting = [submission];
    else connection.waiting.push(submission);
    this.wake(connection);
  }

  /**
   * Whether a command would be refused with `busy` if it were submitted now; then it counts as refused. While
   * `isOverloaded` a protocol may ask first, and save itself reading what will be refused. [F18]
   */
  refuses(connection: Connection, command: string): boolean {
    return this.turnsAway(connection, this.lines.of(command));
  }

  callerOf(connection: Connection): Caller {
    const { session, address, id } = connection;
    const { nodeId, bootId } = this.options.node;
    const requestId = `${bootId}-${(++this.requests).toString(36)}`;
    const caller = { address, requestId, connection: { nodeId, bootId, connectionId: id } };
    return session === undefined ? caller : { ...caller, session };
  }

  /** Sends what gathered, after those that have waited longer. A phase of the tick. */
  flush(): void {
    if (this.isOverloaded) this.lookAgain();
    const batches = new Map<WorkLine, Batch>();
    for (const line of this.lines.all) this.unpark(line, batches);
    for (const connection of this.ready) this.takeOrPark(connection, batches);
    this.ready.clear();
    for (const [line, batch] of batches) void this.run(line, batch);
  }

  /** Turns away those that waited too long: they are told in time to come back, instead of too late. [D11, F17] */
  override expire(nowMs: number): void {
    for (const line of this.lines.all) for (const connection of line.overdue(nowMs)) this.turnAway(connection, line);
    if (this.lines.all.some((line) => line.hasParked)) this.options.wheel.schedule(this, sweepMs);
  }

  /** The connection is gone: what waits is never sent. What is at `logic` is finished. */
  forget(connection: Connection): void {
    const { waiting = [] } = connection;
    connection.waiting = undefined;
    connection.inFlight -= waiting.length;
    this.inFlight -= waiting.length;
    for (const { command } of waiting) this.lines.of(command).inFlight--;
  }

  private turnsAway(connection: Connection, line: WorkLine): boolean {
    const isFull = line.isFull(this.options.clock);
    if (isFull) {
      this.isOverloaded = true;
      this.options.pauses.add(connection);
    }
    const isRefused = isFull || connection.inFlight >= limits.commandsInFlightMax;
    if (isRefused) this.refusals.note('busy');
    return isRefused;
  }

  private lookAgain(): void {
    this.isOverloaded = this.lines.all.some((line) => line.isFull(this.options.clock));
  }

  private wake(connection: Connection): void {
    if (connection.atLogic > 0 || connection.waiting === undefined) return;
    this.ready.add(connection);
    this.options.tick.wake();
  }

  private unpark(line: WorkLine, batches: Map<WorkLine, Batch>): void {
    while (line.hasParked && line.hasPlace) {
      const connection = line.next();
      if (connection?.waiting !== undefined && connection.atLogic === 0) this.take(connection, batches);
    }
  }

  private takeOrPark(connection: Connection, batches: Map<WorkLine, Batch>): void {
    const [first] = connection.waiting ?? [];
    if (first === undefined || connection.atLogic > 0) return;
    const line = this.lines.of(first.command);
    if (line.hasPlace && !line.hasParked) this.take(connection, batches);
    else this.park(connection, line);
  }

  private park(connection: Connection, line: WorkLine): void {
    line.park(connection, this.options.clock.monotonic());
    if (this.next === undefined) this.options.wheel.schedule(this, sweepMs);
  }

  private turnAway(connection: Connection, line: WorkLine): void {
    const [first] = connection.waiting ?? [];
    if (first === undefined || connection.atLogic > 0 || this.lines.of(first.command) !== line) return;
    for (const submission of this.leadingRun(connection, line)) {
      this.refusals.note('busy');
      this.finish(connection, submission, line.busy());
    }
  }

  /** Moves the connection's next commands of one kind into that kind's batch. */
  private take(connection: Connection, batches: Map<WorkLine, Batch>): void {
    const line = this.lines.of(connection.waiting?.[0]?.command ?? '');
    const run = this.leadingRun(connection, line);
    const refusal = refusalOf(connection, line.isSignIn);
    if (refusal !== undefined) {
      for (const submission of run) this.finish(connection, submission, refusal);
      return;
    }
    for (const submission of run) {
      let batch = batches.get(line);
      if (batch === undefined || batch.calls.length >= batchMax) {
        if (batch !== undefined) void this.run(line, batch);
        batch = new Batch();
        batches.set(line, batch);
      }
      batch.add(connection, submission, this.callerOf(connection));
    }
  }

  /** Takes the first waiting commands of one kind; a sign-in always goes alone. They count as being at `logic` from here on. */
  private leadingRun(connection: Connection, line: WorkLine): readonly Submission[] {
    const waiting = connection.waiting ?? [];
    const end = waiting.findIndex(
      ({ command }, index) => index > 0 && (line.isSignIn || this.lines.of(command) !== line),
    );
    const run = end < 0 ? waiting : waiting.slice(0, end);
    connection.waiting = end < 0 ? undefined : waiting.slice(end);
    connection.atLogic += run.length;
    line.atLogic += run.length;
    return run;
  }

  private async run(line: WorkLine, batch: Batch): Promise<void> {
    const sentAtMs = this.options.clock.monotonic();
    line.out.set(batch, sentAtMs);
    const outcomes = await this.ask(batch);
    line.out.delete(batch);
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
      const wire = toWireError(error);
      this.refusals.note(wire.code, batch.calls.length);
      const outcome = { error: wire };
      return batch.calls.map(() => outcome);
    }
  }

  private finishAt(batch: Batch, index: number, outcome: CommandOutcome): void {
    const [connection, submission] = [batch.connections[index], batch.submissions[index]];
    if (connection !== undefined && submission !== undefined) this.finish(connection, submission, outcome);
  }

  private finish(connection: Connection, submission: Submission, outcome: CommandOutcome): void {
    const line = this.lines.of(submission.command);
    this.inFlight--;
    connection.inFlight--;
    connection.atLogic--;
    line.inFlight--;
    line.atLogic--;
    if (line.hasParked) this.options.tick.wake();
    if (line.isSignIn && losses.has(outcome.error?.code)) this.options.onLostSignIn();
    if (connection.isClosed) return;
    connection.protocol.onOutcome(connection, submission.ticket, outcome);
    if (outcome.effects?.close !== undefined) connection.close(outcome.effects.close);
    if (line.isSignIn) this.refused(connection, outcome);
    this.wake(connection);
  }

  private refused(connection: Connection, { error }: CommandOutcome): void {
    // It may be taken back later: what would be signed in by then is another connection. [P2]
    if (error?.code === 'deadline-exceeded') connection.close('auth-timeout');
    // It came in time and was sent away: the time it has to sign in begins anew.
    else if (error?.code === 'busy' && !connection.isClosing)
      this.options.wheel.schedule(connection, limits.authDeadlineMs);
  }
}

/** What a sign-in that did its work may be answered with. */
const losses: ReadonlySet<WireError['code'] | undefined> = new Set(['unavailable', 'deadline-exceeded', 'internal']);

/** One sign-in per connection, and nothing before it. */
function refusalOf(connection: Connection, isSignIn: boolean): CommandOutcome | undefined {
  if (connection.session !== undefined)
    return isSignIn ? refuse('forbidden', 'This connection is signed in already; open another one.') : undefined;
  return isSignIn ? undefined : refuse('unauthenticated', 'Begin with session.hello.');
}

function refuse(code: WireError['code'], message?: string): CommandOutcome {
  return { error: toWireError(new ParleyError(code, message)) };
}
