import {
  findCommand,
  ParleyError,
  toWireError,
  type Command,
  type CommandName,
  type RateClass,
} from '@parley/protocol';
import type { Caller, CommandCall, CommandOutcome } from '../rpc/rpc.ts';
import type { Session } from '../session.ts';
import type { Call, Context, Handled, Handlers } from './context.ts';
import { isIdempotencyKeyed, type Idempotency } from './idempotency.ts';
import { countHit, type RateState } from './rate-limit.ts';
import { readParams } from './read-params.ts';
import type { Turn, Turns } from './turns.ts';

export interface DispatchParts {
  readonly context: Context;
  readonly handlers: Handlers;
  readonly turns: Turns;
  readonly idempotency: Idempotency;
}

type AnyCommand = Command<CommandName>;
type AnyHandler = (context: Context, call: Call<CommandName>) => Promise<Handled<CommandName>>;

/** Classes whose commands take nothing back and change nothing: what comes after them need not wait for their end. */
const readOnly: ReadonlySet<RateClass> = new Set(['read', 'search', 'public', 'signal']);
/** Classed as reading, but the order in which they change what the connection listens to matters. */
const listening: ReadonlySet<CommandName> = new Set(['conversation.watch', 'conversation.unwatch', 'presence.watch']);

/**
 * Handles one command: whose it is, whether they may give it, how often, whether it is well-formed; then its handler. Never
 * rejects: every error becomes an outcome. Call it in the order of arrival; it takes the connection's turn before it first waits.
 */
export async function handleCommand(parts: DispatchParts, call: CommandCall): Promise<CommandOutcome> {
  const turn = parts.turns.take(call.caller.connection);
  try {
    return await run(parts, call, turn);
  } catch (error) {
    return failed(parts.context, call, error);
  } finally {
    turn.pass();
  }
}

async function run(parts: DispatchParts, call: CommandCall, turn: Turn): Promise<CommandOutcome> {
  const { context } = parts;
  const { caller } = call;
  const command = findCommand(call.command);
  if (command === undefined) throw new ParleyError('unknown-command');
  requireTransport(command, caller);
  const session = command.access === 'anonymous' ? caller.session : await sessionOf(context, caller);
  const rate = context.policy.hasRateLimits
    ? await countHit(context.presence, rateRequest(command, caller, session))
    : undefined;
  if (rate !== undefined && rate.retryAfterMs > 0) return refuseRate(context, command, { caller, rate });
  if (command.access === 'account' && session?.kind === 'guest') await requireNoGuest(context, session);
  const params = readParams(command, call.params) as Call<CommandName>['params'];
  if (command.name !== 'message.send') await turn.wait();
  if (readOnly.has(command.rate) && !listening.has(command.name)) turn.pass();
  const checked: Call<CommandName> = { params, session: session as Session, caller, turn };
  const handled = await invoke(parts, command, checked);
  return caller.connection === undefined && rate !== undefined ? { ...handled, rate: headersOf(rate) } : handled;
}

function invoke(
  { context, handlers, idempotency }: DispatchParts,
  command: AnyCommand,
  call: Call<CommandName>,
): Promise<CommandOutcome> {
  const handler = handlers[command.name] as unknown as AnyHandler;
  const key = call.caller.idempotencyKey;
  if (key === undefined || !isIdempotencyKeyed(command)) return handler(context, call);
  const request = { userId: call.session.userId, key, command: command.name, params: call.params };
  return idempotency.once(request, async () => (await handler(context, call)).result).then((result) => ({ result }));
}

function requireTransport(command: AnyCommand, caller: Caller): void {
  if (command.http === undefined && caller.connection === undefined) throw new ParleyError('socket-only');
}

/** @throws ParleyError `unauthenticated`, `account-disabled` */
async function sessionOf(context: Context, caller: Caller): Promise<Session> {
  if (caller.session !== undefined) {
    if (!context.sessions.expiry.isOver(caller.session.expiresAt)) return caller.session;
    throw new ParleyError('unauthenticated');
  }
  if (caller.token === undefined) throw new ParleyError('unauthenticated');
  return context.sessions.find(caller.token, () => countLookup(context, caller));
}

/** @throws ParleyError `rate-limited` */
async function countLookup({ presence, policy }: Context, { address }: Caller): Promise<void> {
  if (!policy.hasRateLimits) return;
  const { retryAfterMs } = await countHit(presence, { rate: 'hello', userId: undefined, address });
  if (retryAfterMs > 0) throw new ParleyError('rate-limited', undefined, { retryAfterMs });
}

function rateRequest({ rate }: AnyCommand, { address }: Caller, session: Session | undefined) {
  return { rate, userId: session?.userId, address };
}

/** Signals a socket sends too often are dropped without an error: the next one says more. Cursors can be sent again. */
function refuseRate(
  context: Context,
  command: AnyCommand,
  { caller, rate }: { readonly caller: Caller; readonly rate: RateState },
): CommandOutcome {
  if (caller.connection !== undefined && command.name === 'typing.set') return { result: {} };
  if (caller.connection !== undefined && command.name === 'session.ping')
    return { result: { now: context.clock.now() } };
  const error = toWireError(
    new ParleyError('rate-limited', undefined, { retryAfterMs: rate.retryAfterMs }),
    caller.requestId,
  );
  return { error, rate: headersOf(rate) };
}

/** A guest may have become an account on another device since this connection signed in. @throws ParleyError `guest-not-allowed` */
async function requireNoGuest(context: Context, { userId }: Session): Promise<void> {
  const query = context.store.db.selectFrom('users').select('kind').where('id', '=', userId);
  if ((await query.executeTakeFirst())?.kind === 'guest') throw new ParleyError('guest-not-allowed');
}

function headersOf({ limit, remaining, resetMs }: RateState): NonNullable<CommandOutcome['rate']> {
  return { limit, remaining, resetMs };
}

function failed({ log }: Context, { command, caller }: CommandCall, error: unknown): CommandOutcome {
  const { requestId } = caller;
  if (!(error instanceof ParleyError))
    log.error({ err: error, requestId, command: command.slice(0, 64) }, 'a command failed');
  const wire = toWireError(error, requestId);
  const isOver = wire.code === 'unauthenticated' && caller.session !== undefined;
  return isOver ? { error: wire, effects: { close: 'unauthenticated' } } : { error: wire };
}
