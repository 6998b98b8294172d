import type { CommandName, Params, Result } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import type { Presence } from '../presence/presence.ts';
import type { Registry } from '../registry/registry.ts';
import type { Caller, ConnectionEffects, Rpc } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { Store } from '../store/store.ts';
import type { ClockSteps } from './clock-steps.ts';
import type { Passwords } from './passwords.ts';
import type { Policy } from './policy.ts';
import type { EndReason, Sessions } from './sessions.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import type { Turn } from './turns.ts';
import type { Writer } from './writer.ts';

/** What every command of `logic` may use. Built once by `createLogic`. */
export interface Context {
  readonly store: Store;
  readonly presence: Presence;
  readonly registry: Registry;
  readonly rpc: Rpc;
  readonly clock: Clock;
  readonly clockSteps: ClockSteps;
  readonly writer: Writer;
  readonly passwords: Passwords;
  readonly policy: Policy;
  readonly sessions: Sessions;
  readonly signInGuard: SignInGuard;
  readonly log: Log;
  /** A new snowflake id. [D14] */
  nextId(): string;
  /** Hands deliveries to the queue; resolves when it holds them. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  /** Ends these devices' sessions everywhere; resolves when their sockets are closed. [D16] */
  endDevices(userId: number, deviceIds: readonly number[], reason: EndReason): Promise<void>;
}

export type { Policy } from './policy.ts';

/** One command being handled. `session` is there unless the command is open to anonymous callers. */
export interface Call<Name extends CommandName> {
  readonly params: Params<Name>;
  readonly session: Session;
  readonly caller: Caller;
  /**
   * Only `message.send` needs it: it waits for its turn just before it enters the writer and passes it on just after, so that
   * one connection’s sends are taken in order without waiting for each other’s commits. [D3] All else has its turn when it begins.
   */
  readonly turn: Turn;
}

export interface Handled<Name extends CommandName> {
  readonly result: Result<Name>;
  readonly effects?: ConnectionEffects;
}

/** A command's one implementation; one file each under `commands/`, named after the command. @throws ParleyError for every refusal. */
export type Handler<Name extends CommandName> = (context: Context, call: Call<Name>) => Promise<Handled<Name>>;
export type Handlers = { readonly [Name in CommandName]: Handler<Name> };
