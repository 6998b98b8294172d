import { ParleyError, toWireError } from '@parley/protocol';
import { rpcLimits, type ClosedConnection, type CommandCall, type CommandOutcome } from '../rpc/rpc.ts';
import { closeConnections } from './close-connections.ts';
import type { Context } from './context.ts';

/** Well before the deadline of the call: whoever made it may end it somewhat earlier, and the answer takes its time. */
const signInMsMax = rpcLimits.deadlineMs * 0.75;

/**
 * A sign-in that took so long that its caller may have given it up is taken back: the connection would know of no session, so
 * nobody would ever tell its end, and the user would stay online for as long as the node lives. [D12]
 * @returns the outcomes, with those refused.
 */
export async function takeBackLateSignIns(
  context: Context,
  calls: readonly CommandCall[],
  { outcomes, beganAtMs }: { readonly outcomes: readonly CommandOutcome[]; readonly beganAtMs: number },
): Promise<readonly CommandOutcome[]> {
  if (context.clock.monotonic() - beganAtMs < signInMsMax) return outcomes;
  const late = outcomes.map((outcome, index) => routeOf(calls[index], outcome));
  const routes = late.filter((route) => route !== undefined);
  if (routes.length === 0) return outcomes;
  await closeConnections(context, routes).catch((error: unknown) =>
    context.log.warn({ error, connections: routes.length }, 'Late sign-ins were taken back, but not told'),
  );
  const refusal: CommandOutcome = { error: toWireError(new ParleyError('deadline-exceeded')) };
  return outcomes.map((outcome, index) => (late[index] === undefined ? outcome : refusal));
}

/** Undefined: this command signed nobody in. */
function routeOf(call: CommandCall | undefined, { effects }: CommandOutcome): ClosedConnection | undefined {
  const connection = call?.caller.connection;
  return effects?.session === undefined || connection === undefined
    ? undefined
    : { session: effects.session, ...connection };
}
