import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { getPath } from 'hono/utils/url';
import type { Log } from '../log.ts';
import type { Rpc } from '../rpc/rpc.ts';
import { CommandLine } from './command-line.ts';
import { commandRoutes } from './command-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { isOriginAllowed } from './origins.ts';
import { noSuchRoute, unexpected } from './problem-response.ts';
import type { ApiEnv } from './request-context.ts';
import { requestContext } from './request-context.ts';

export type { ApiEnv } from './request-context.ts';

export interface ApiOptions {
  readonly rpc: Rpc;
  readonly log: Log;
  /** Shown in the documents. */
  readonly serverName: string;
  readonly serverVersion: string;
  /** Origins of web pages that may call besides loopback, such as `https://chat.example.org`. */
  readonly corsOrigins: readonly string[];
  /** Routes of other clients, mounted at the root. */
  readonly seedRoutes?: Hono<ApiEnv>;
}

/** The HTTP interface: `/v1/…`, `/openapi.json`, `/asyncapi.json`, `/reference`. */
export interface Api {
  /**
   * Answers one request; `address` is whose it is. Served below a path, such as `/api` of the page's origin, it is told so by `under`.
   * Never rejects.
   */
  fetch(request: Request, address: string, under?: string): Promise<Response>;
}

/**
 * The routes of every command that has one, made of the table of commands.
 *
 * @example
 * const api = createApi({ rpc, log, serverName: 'Parley', serverVersion: '1.0.0', corsOrigins: [] });
 * Bun.serve({ fetch: async (request, server) => await api.fetch(request, server.requestIP(request)?.address ?? '') });
 */
export function createApi(options: ApiOptions): Api {
  const app = new Hono<ApiEnv>({ getPath: pathBelow });
  app.use(requestContext);
  app.use(
    cors({
      origin: (origin) => (isOriginAllowed(origin, options.corsOrigins) ? origin : null),
      allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
      exposeHeaders: ['X-Request-Id', 'RateLimit', 'RateLimit-Policy', 'Retry-After'],
      maxAge: 600,
    }),
  );
  app.route('/', commandRoutes(new CommandLine(options.rpc)));
  app.route('/', documentRoutes({ title: options.serverName, version: options.serverVersion }));
  if (options.seedRoutes !== undefined) app.route('/', options.seedRoutes);
  app.notFound(noSuchRoute);
  app.onError((error, context) => unexpected(error, context, options.log));
  return { fetch: async (request, address, under = '') => await app.fetch(request, { address, under }) };
}

/** The path that the routes see, without parsing the rest of the URL. */
function pathBelow(request: Request, options?: { env?: unknown }): string {
  const env = options?.env as ApiEnv['Bindings'] | undefined;
  return getPath(request).slice(env?.under.length ?? 0) || '/';
}
