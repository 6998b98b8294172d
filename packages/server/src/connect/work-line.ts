import { commandList, ParleyError, toWireError, type Command, type WireError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { CommandOutcome } from '../rpc/rpc.ts';
import type { Connection } from './connection.ts';

/** How much of one kind of work this node takes on. */
export interface WorkLimits {
  /** Commands not answered, those that wait included. `busy` */
  readonly inFlightMax: number;
  /** Commands with `logic` at a time; the others wait here, in the order in which they came. */
  readonly atLogicMax: number;
  /** How long they wait, at most. `busy` */
  readonly waitMsMax: number;
}

const signIn = 'session.hello';
const usual: WorkLimits = { inFlightMax: 8_192, atLogicMax: 8_192, waitMsMax: 2_000 };
/** By kind of work: what takes long is let through a few at a time, what everybody does at once may wait for longer. */
const special: Readonly<Record<string, WorkLimits>> = {
  [signIn]: { inFlightMax: 100_000, atLogicMax: 512, waitMsMax: 5_000 },
  send: { inFlightMax: 16_384, atLogicMax: 16_384, waitMsMax: 2_000 },
  read: { inFlightMax: 16_384, atLogicMax: 1_024, waitMsMax: 2_000 },
  search: { inFlightMax: 1_024, atLogicMax: 16, waitMsMax: 2_000 },
};
/** Work that takes this long is not what fails a call, but its queue is. */
const lateMs = 3_000;
/** When who was refused may try again, each at a moment of its own. */
const retryMs = { min: 500, max: 1_500, ofSignInsMax: 5_000 } as const;
const busy = toWireError(new ParleyError('busy'));

/** The refusal of one command too many. Made without an error object, whose stack would cost more than the work refused. */
export function busyError(retryMsMax: number = retryMs.max): WireError {
  return { ...busy, retryAfterMs: Math.round(retryMs.min + Math.random() * (retryMsMax - retryMs.min)) };
}

/** Encoded ahead, because in overload most of what is written are refusals. Many, so that not all come back at one moment. */
const busyTexts = Array.from({ length: 256 }, () => JSON.stringify(busyError()));

/** The same as `busyError`, encoded. [F18] */
export function busyText(): string {
  return busyTexts[Math.floor(Math.random() * busyTexts.length)] ?? '';
}

/** The kinds of work. Commands of one kind take about equally long, so they can wait for each other. */
export class WorkLines {
  private readonly byKind = new Map<string, WorkLine>();
  private readonly byCommand: ReadonlyMap<string, WorkLine>;
  private readonly unknown = this.ofKind('public');
  readonly all: readonly WorkLine[];

  constructor() {
    this.byCommand = new Map(
      (commandList as readonly Command[]).map((command) => [command.name, this.ofKind(kindOf(command))]),
    );
    this.all = [...this.byKind.values()];
  }

  of(command: string): WorkLine {
    return this.byCommand.get(command) ?? this.unknown;
  }

  private ofKind(kind: string): WorkLine {
    let line = this.byKind.get(kind);
    if (line === undefined) this.byKind.set(kind, (line = new WorkLine(special[kind] ?? usual, kind === signIn)));
    return line;
  }
}

function kindOf({ name, rate }: Command): string {
  if (name === signIn) return signIn;
  return rate === 'signal' ? 'send' : rate;
}

/** Commands of one kind: how many are out, and which connections wait for a place at `logic`. */
export class WorkLine {
  readonly limits: WorkLimits;
  readonly isSignIn: boolean;
  inFlight = 0;
  atLogic = 0;
  /** Calls to `logic`, and since when they are out; the oldest first. */
  readonly out = new Map<object, number>();
  /** Connections whose next command is of this kind, and since when they wait. */
  private readonly parked = new Map<Connection, number>();

  constructor(limits: WorkLimits, isSignIn: boolean) {
    this.limits = limits;
    this.isSignIn = isSignIn;
  }

  /** There is as much as one takes on, or what is out takes so long that more would only come too late. */
  isFull(clock: Clock): boolean {
    if (this.inFlight >= this.limits.inFlightMax) return true;
    for (const sinceMs of this.out.values()) return clock.monotonic() - sinceMs > lateMs;
    return false;
  }

  get hasPlace(): boolean {
    return this.atLogic < this.limits.atLogicMax;
  }

  get hasParked(): boolean {
    return this.parked.size > 0;
  }

  busy(): CommandOutcome {
    return { error: busyError(this.isSignIn ? retryMs.ofSignInsMax : retryMs.max) };
  }

  park(connection: Connection, nowMs: number): void {
    if (!this.parked.has(connection)) this.parked.set(connection, nowMs);
  }

  /** The one that has waited the longest; it waits no more. */
  next(): Connection | undefined {
    for (const connection of this.parked.keys()) {
      this.parked.delete(connection);
      return connection;
    }
    return undefined;
  }

  /** Those that have waited too long; they wait no more. */
  *overdue(nowMs: number): Generator<Connection> {
    for (const [connection, sinceMs] of this.parked) {
      if (nowMs - sinceMs < this.limits.waitMsMax) return;
      this.parked.delete(connection);
      yield connection;
    }
  }
}
