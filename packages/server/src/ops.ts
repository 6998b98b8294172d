import type { Registry } from 'prom-client';
import { httpServing, plainAnswer, type OnDefect } from './http-serving.ts';
import { stopListening } from './stop-listening.ts';

/** By name; each rejects when it does not work. */
export type Checks = Readonly<Record<string, () => Promise<unknown>>>;

export interface OpsOptions {
  /** Loopback, unless the operator says otherwise: nothing here asks who is asking. */
  readonly host: string;
  readonly port: number;
  readonly metrics: Pick<Registry, 'metrics' | 'contentType'>;
  /** What has to work for this process to serve. */
  readonly checks: Checks;
  /** What it can do without for a while: named when it does not work. */
  readonly tolerated?: Checks;
  /** Where this process can be made to fail; without it there is no such place. */
  readonly faults?: { readonly get: () => Response; readonly post: (request: Request) => Promise<Response> };
  readonly onDefect: OnDefect;
}

export interface Ops {
  readonly port: number;
  stop(): Promise<void>;
}

export const opsLimits = { checkMs: 2_000 } as const;

/**
 * The operations port: `/healthz` (alive), `/readyz` (can serve; 503 names what cannot, `missed` what it can do without), `/metrics` (Prometheus),
 * and where the process was started for it `/faults`.
 * @throws the runtime's error with code `EADDRINUSE` when the port is taken.
 */
export function startOps(options: OpsOptions): Ops {
  const { metrics, checks, tolerated = {}, faults } = options;
  const server = Bun.serve({
    ...httpServing(options.onDefect),
    hostname: options.host,
    port: options.port,
    maxRequestBodySize: 1_024,
    routes: {
      '/healthz': { GET: () => Response.json({ status: 'alive' }, { headers: plain }) },
      '/readyz': { GET: () => readiness(checks, tolerated) },
      '/metrics': {
        GET: async () =>
          new Response(await metrics.metrics(), { headers: { ...plain, 'Content-Type': metrics.contentType } }),
      },
      '/faults': faults === undefined ? notFound() : { GET: faults.get, POST: faults.post },
    },
    fetch: notFound,
  });
  return { port: server.port ?? options.port, stop: () => stopListening(server) };
}

const plain = { 'X-Content-Type-Options': 'nosniff' } as const;
const notFound = (): Response => plainAnswer(404, 'Not found');

async function readiness(checks: Checks, tolerated: Checks): Promise<Response> {
  const [failed, missed] = await Promise.all([failuresOf(checks), failuresOf(tolerated)]);
  return Response.json(
    { status: failed.length === 0 ? 'ready' : 'not ready', failed, ...(missed.length === 0 ? {} : { missed }) },
    { status: failed.length === 0 ? 200 : 503, headers: plain },
  );
}

async function failuresOf(checks: Checks): Promise<readonly string[]> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => ((await passes(check)) ? [] : [name])),
  );
  return results.flat();
}

async function passes(check: () => Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, opsLimits.checkMs, false)));
  const passed = Promise.resolve()
    .then(check)
    .then(
      () => true,
      () => false,
    );
  const result = await Promise.race([passed, late]);
  clearTimeout(timer);
  return result;
}
