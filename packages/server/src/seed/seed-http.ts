import { limits, type CommandName, type ParamsInput, type Result, type WireError } from '@parley/protocol';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { ApiEnv } from '../api/api.ts';
import type { Caller, Rpc } from '../rpc/rpc.ts';
import { seedMessageId } from './frames.ts';

const code = { success: 0, failure: 1, session: 40_000 } as const;

/** A request the seed refuses: always HTTP 200, with the reason in the body. */
class SeedRefusal extends Error {
  readonly code: number;

  constructor(refusedWith: number, message: string) {
    super(message);
    this.code = refusedWith;
  }
}

const text = z.string().min(1).max(limits.textBytesMax);
const roomId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const authToken = z.string().max(200).default('');
const credentials = z.object({ userName: z.string(), passWord: z.string() });
const authorized = z.object({ authToken });
const toRoom = z.object({ authToken, roomId });

/**
 * The seed's eight HTTP routes, on the same `logic` as everything else. Each answers HTTP 200 with `{"code","message","data"}`:
 * 0 success, 1 failure, 40000 a bad or missing `authToken`.
 */
export function createSeedRoutes(rpc: Rpc): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const route = <Body extends z.ZodType>(
    path: string,
    schema: Body,
    handle: (ask: Ask, body: z.output<Body>) => Promise<{ message: string; data: unknown }>,
  ): void => {
    app.post(
      path,
      bodyLimit({
        maxSize: limits.frameBytesMax,
        onError: (c) => c.json({ code: code.failure, message: 'The request is too large.', data: null }),
      }),
      async (c) => {
        try {
          const body = await read(c, schema);
          const token = (body as { authToken?: string }).authToken;
          return c.json({ code: code.success, ...(await handle(askFor(rpc, c.env.address, token), body)) });
        } catch (error) {
          if (error instanceof SeedRefusal) return c.json({ code: error.code, message: error.message, data: null });
          throw error;
        }
      },
    );
  };
  userRoutes(route);
  pushRoutes(route, rpc);
  return app;
}

type Route = <Body extends z.ZodType>(
  path: string,
  schema: Body,
  handle: (ask: Ask, body: z.output<Body>) => Promise<{ message: string; data: unknown }>,
) => void;

function userRoutes(route: Route): void {
  route('/user/register', credentials, async (ask, { userName, passWord }) => {
    const { token } = await ask.command('account.register', { userName, password: passWord, platform: 'seed' });
    return { message: 'register success', data: token };
  });
  route('/user/login', credentials, async (ask, { userName, passWord }) => {
    const { token } = await ask.command('session.create', { userName, password: passWord, platform: 'seed' });
    return { message: 'login success', data: token };
  });
  route('/user/checkAuth', authorized, async (ask) => {
    const { account } = await ask.command('session.get', {});
    return { message: 'ok', data: { userId: account.id, userName: account.name } };
  });
  route('/user/logout', authorized, async (ask) => {
    await ask.command('session.delete', {});
    return { message: 'ok', data: null };
  });
}

function pushRoutes(route: Route, rpc: Rpc): void {
  const toUserId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
  route(
    '/push/push',
    z.object({ authToken, msg: text, toUserId, roomId: z.coerce.number().int().min(0).default(0) }),
    async (ask, body) => {
      await ask.command('session.get', {});
      const { conversation } = await ask.command('conversation.direct', { userId: body.toUserId });
      await ask.command('message.send', {
        conversationId: conversation.id,
        clientMsgId: seedMessageId(body.roomId),
        content: { type: 'text', text: body.msg },
      });
      return { message: 'ok', data: null };
    },
  );
  route('/push/pushRoom', z.object({ authToken, msg: text, roomId }), async (ask, body) => {
    await ask.command('message.send', {
      conversationId: body.roomId,
      clientMsgId: seedMessageId(body.roomId),
      content: { type: 'text', text: body.msg },
    });
    return { message: 'ok', data: null };
  });
  route('/push/count', toRoom, async (ask, body) => {
    await ask.command('conversation.get', { conversationId: body.roomId });
    await rpc.call('seed').announceCount(body.roomId);
    return { message: 'ok', data: null };
  });
  route('/push/getRoomInfo', toRoom, async (ask, body) => {
    await ask.command('conversation.get', { conversationId: body.roomId });
    await rpc.call('seed').announceInfo(body.roomId);
    return { message: 'ok', data: null };
  });
}

interface Ask {
  command<Name extends CommandName>(name: Name, params: ParamsInput<Name>): Promise<Result<Name>>;
}

function askFor(rpc: Rpc, address: string, token: string | undefined): Ask {
  const caller: Caller = {
    address,
    requestId: crypto.randomUUID(),
    ...(token === undefined || token === '' ? {} : { token }),
  };
  return {
    async command<Name extends CommandName>(command: Name, params: ParamsInput<Name>) {
      const [outcome] = await rpc.call('logic').handle([{ command, params, caller }]);
      if (outcome?.error !== undefined) throw refusal(outcome.error);
      return outcome?.result as Result<Name>;
    },
  };
}

function refusal(error: WireError): SeedRefusal {
  const isSession = error.code === 'unauthenticated' || error.code === 'account-disabled';
  const field = error.fields?.[0];
  return new SeedRefusal(
    isSession ? code.session : code.failure,
    field === undefined ? error.message : `${field.pointer}: ${field.message}`,
  );
}

async function read<Body extends z.ZodType>(context: Context<ApiEnv>, schema: Body): Promise<z.output<Body>> {
  const body: unknown = await context.req.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SeedRefusal(
    code.failure,
    issue === undefined ? 'The request is not valid.' : `${issue.path.join('.') || 'body'}: ${issue.message}`,
  );
}
