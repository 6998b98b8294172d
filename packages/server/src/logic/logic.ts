import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Presence } from '../presence/presence.ts';
import type { Queue } from '../queue/queue.ts';
import { Refusals } from '../refusals.ts';
import type { Registry } from '../registry/registry.ts';
import type { LogicService, Rpc } from '../rpc/rpc.ts';
import type { Store } from '../store/store.ts';
import { clockStepLimits, ClockSteps } from './clock-steps.ts';
import { closeConnections } from './close-connections.ts';
import type { Context, Policy } from './context.ts';
import { startEndingOutside } from './ended-outside.ts';
import { createWriter } from './group-commit-writer.ts';
import { handleCommand, type DispatchParts } from './handle-command.ts';
import { handlers } from './handlers.ts';
import { findHeads } from './heads.ts';
import { startHousekeeping } from './housekeeping.ts';
import { Idempotency } from './idempotency.ts';
import { startIndexer, type Indexer } from './indexer.ts';
import { takeBackLateSignIns } from './late-sign-ins.ts';
import { membershipsAmong } from './members-among.ts';
import { PasswordPool } from './password-pool.ts';
import { Sessions } from './sessions.ts';
import { SignInGuard } from './sign-in-guard.ts';
import { Turns } from './turns.ts';

/** What `logic` stands on. */
export interface LogicPorts {
  readonly store: Store;
  readonly presence: Presence;
  readonly registry: Registry;
  readonly rpc: Rpc;
  readonly queue: Queue;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly log: Log;
  /** A new snowflake id. [D14] */
  nextId(): string;
}

/** The role that decides. Serve it with `rpc.serve('logic', logic)` after `start`. */
export interface Logic extends LogicService {
  /** What was refused, sockets and HTTP together. */
  readonly refusals: Refusals;
  /** Begins the work in the background. */
  start(): void;
  /** Waits for what runs; the ports stay open. */
  close(): Promise<void>;
}

export function createLogic(ports: LogicPorts): Logic {
  const background: { indexer?: Indexer; stops: readonly (() => void)[] } = { stops: [] };
  const context = contextOf(ports, () => background.indexer?.poke());
  const refusals = new Refusals();
  const idempotency = new Idempotency(ports.store, ports.clock);
  const parts: DispatchParts = { context, handlers, turns: new Turns(), idempotency };
  return {
    refusals,
    async handle(calls) {
      const beganAtMs = ports.clock.monotonic();
      const handled = await Promise.all(calls.map((call) => handleCommand(parts, call)));
      const outcomes = await takeBackLateSignIns(context, calls, { outcomes: handled, beganAtMs });
      for (const { error } of outcomes) if (error !== undefined) refusals.note(error.code);
      return outcomes;
    },
    closed: (connections) => closeConnections(context, connections),
    heads: (conversationIds) => findHeads(ports.store.db, conversationIds),
    membersAmong: (listeners) => membershipsAmong(ports.store.db, listeners),
    start() {
      background.indexer = startIndexer(ports.store);
      background.stops = [startHousekeeping(context, idempotency), startEndingOutside(context), startLooking(context)];
    },
    async close() {
      for (const stop of background.stops) stop();
      await context.writer[Symbol.asyncDispose]();
      await background.indexer?.[Symbol.asyncDispose]();
      await context.sessions.flush();
    },
  };
}

function contextOf(ports: LogicPorts, onChanged: () => void): Context {
  const { store, presence, registry, rpc, queue, clock, policy, log } = ports;
  const enqueue: Context['enqueue'] = (deliveries) => queue.enqueue(deliveries);
  const sessions = new Sessions({ store, presence, rpc, clock, policy, log });
  return {
    store,
    presence,
    registry,
    rpc,
    clock,
    clockSteps: new ClockSteps({ store, clock, log }),
    policy,
    log,
    sessions,
    enqueue,
    writer: createWriter({ store, enqueue, onChanged }),
    passwords: new PasswordPool(),
    signInGuard: new SignInGuard(presence),
    nextId: () => ports.nextId(),
    endDevices: (userId, deviceIds, reason) => sessions.end(userId, deviceIds, reason),
  };
}

/** Looks at the clock at once and from time to time. Returns the function that stops it. */
function startLooking({ clockSteps, log }: Context): () => void {
  const look = () =>
    void clockSteps
      .look()
      .catch((error: unknown) => log.warn({ error }, 'the time could not be kept; the next look tries again'));
  look();
  const timer = setInterval(look, clockStepLimits.intervalMs);
  return () => clearInterval(timer);
}
