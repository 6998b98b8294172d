import { commandList, limits, ParleyError, rates, toWireError, type Command } from '@parley/protocol';
import { parametersOf, takesIdempotencyKey } from '@parley/protocol/documents';
import { Hono, type Context, type Handler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Caller, CommandOutcome } from '../rpc/rpc.ts';
import type { CommandLine } from './command-line.ts';
import { otherMethod, problemResponse } from './problem-response.ts';
import { readParams } from './read-params.ts';
import type { ApiEnv } from './request-context.ts';

const idempotencyKeyPattern = /^[\x21-\x7e]{1,64}$/;

/** One route per command that has one; the other methods of its path answer 405. */
export function commandRoutes(line: CommandLine): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const methods = new Map<string, string[]>();
  app.use(
    '/v1/*',
    bodyLimit({
      maxSize: limits.frameBytesMax,
      onError: (context) => problemResponse(context, toWireError(new ParleyError('frame-too-large'))),
    }),
  );
  for (const command of commandList as readonly Command[]) {
    if (command.http === undefined) continue;
    const path = `/v1${command.http.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    app.on(command.http.method, path, commandHandler(command, line));
    methods.set(path, [...(methods.get(path) ?? []), command.http.method]);
  }
  for (const [path, allowed] of methods) app.all(path, otherMethod(allowed));
  return app;
}

function commandHandler(command: Command, line: CommandLine): Handler<ApiEnv> {
  const parameters = new Map(parametersOf(command).map((parameter) => [parameter.name, parameter]));
  return async (context) => {
    const params = await readParams(context, parameters);
    const outcome = await line.ask({ command: command.name, params, caller: callerOf(context, command) });
    return answer(context, command, outcome);
  };
}

function callerOf(context: Context<ApiEnv>, command: Command): Caller {
  const token = /^Bearer +(\S+) *$/i.exec(context.req.header('Authorization') ?? '')?.[1];
  const idempotencyKey = takesIdempotencyKey(command) ? idempotencyKeyOf(context) : undefined;
  return {
    address: context.env.address,
    requestId: context.var.requestId,
    ...(token === undefined ? {} : { token }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

function idempotencyKeyOf(context: Context<ApiEnv>): string | undefined {
  const key = context.req.header('Idempotency-Key');
  if (key === undefined || idempotencyKeyPattern.test(key)) return key;
  throw new ParleyError('invalid-params', 'An Idempotency-Key is 1 to 64 printable ASCII characters without spaces.');
}

function answer(context: Context<ApiEnv>, command: Command, outcome: CommandOutcome): Response {
  const response =
    outcome.error === undefined
      ? context.json(outcome.result as object, command.http?.status ?? 200, { 'Cache-Control': 'no-store' })
      : problemResponse(context, outcome.error);
  if (outcome.rate !== undefined) describeRate(response, command, outcome.rate);
  return response;
}

function describeRate({ headers }: Response, command: Command, rate: NonNullable<CommandOutcome['rate']>): void {
  const windowSeconds = rates[command.rate].windowMs / 1_000;
  headers.set('RateLimit-Policy', `"${command.rate}";q=${rate.limit};w=${windowSeconds}`);
  headers.set('RateLimit', `"${command.rate}";r=${rate.remaining};t=${Math.ceil(rate.resetMs / 1_000)}`);
}
