import { createMiddleware } from 'hono/factory';

/** What the server knows of a request beside the request. */
export interface ApiEnv {
  readonly Bindings: {
    /** The peer's. */
    readonly address: string;
    /** The path it is served below, empty at a root. */
    readonly under: string;
  };
  readonly Variables: {
    requestId: string;
  };
}

const requestIdPattern = /^[\w.-]{1,64}$/;

/** Gives every request an id, the caller's own if it has one, and every answer the headers all answers have. */
export const requestContext = createMiddleware<ApiEnv>(async (context, next) => {
  const given = context.req.header('X-Request-Id');
  const requestId = given !== undefined && requestIdPattern.test(given) ? given : crypto.randomUUID();
  context.set('requestId', requestId);
  await next();
  context.header('X-Request-Id', requestId);
  context.header('X-Content-Type-Options', 'nosniff');
});
