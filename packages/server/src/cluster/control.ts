import { createHash, timingSafeEqual } from 'node:crypto';
import { httpAddress } from '../http-address.ts';
import { listenOn } from '../listen.ts';
import type { Cluster } from './cluster.ts';
import { metricsType } from './combined-metrics.ts';
import type { ControlAddress } from './control-file.ts';
import { rollout, type RolloutOutcome } from './rollout.ts';
import type { Say } from './say.ts';

export interface ControlOptions {
  readonly cluster: Cluster;
  readonly host: string;
  readonly port: number;
  /** Ends a rollout after the process it is at. */
  readonly signal: AbortSignal;
  readonly say: Say;
}

/** A line of what a rollout answers: what happens, and at last what came of it. */
export type RolloutLine = { readonly name: string; readonly text: string } | { readonly outcome: RolloutOutcome };

export interface Control {
  readonly address: ControlAddress;
  stop(): Promise<void>;
}

/**
 * The operations port of the whole: `/healthz`, `/readyz` with every process and where its own is, `/metrics` of all of them, and,
 * for who has the token, `POST /rollout`. @throws StartError when the port is taken
 */
export function openControl(options: ControlOptions): Control {
  const token = crypto.randomUUID();
  const { cluster, host: hostname, port } = options;
  const rollouts = new Rollouts(options);
  const server = listenOn('opsPort', port, () =>
    Bun.serve({
      hostname,
      port,
      // A rollout is silent while clients leave.
      idleTimeout: 0,
      routes: {
        '/healthz': () => new Response('alive\n'),
        '/readyz': () => readiness(cluster),
        '/metrics': async () => new Response(await cluster.metrics(), { headers: { 'Content-Type': metricsType } }),
        '/rollout': { POST: (request) => (isAllowed(request, token) ? rollouts.answer() : refuse(401)) },
      },
      fetch: () => refuse(404),
    }),
  );
  const address = { url: httpAddress(hostname, server.port ?? port), token };
  return { address, stop: () => server.stop(true) };
}

async function readiness(cluster: Cluster): Promise<Response> {
  const members = await cluster.view();
  return Response.json({ members }, { status: members.every(({ isReady }) => isReady) ? 200 : 503 });
}

function isAllowed({ headers }: Request, token: string): boolean {
  return timingSafeEqual(digest(headers.get('authorization') ?? ''), digest(`Bearer ${token}`));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function refuse(status: number): Response {
  return new Response(null, { status });
}

/** One at a time. */
class Rollouts {
  private readonly options: ControlOptions;
  private isRunning = false;

  constructor(options: ControlOptions) {
    this.options = options;
  }

  /** Whoever asked and goes away has it end after the process it is at. */
  answer(): Response {
    if (this.isRunning) return refuse(409);
    const gone = new AbortController();
    const lines = new ReadableStream<Uint8Array>({
      start: (controller) => void this.run(controller, gone.signal),
      cancel: () => gone.abort(),
    });
    return new Response(lines, { headers: { 'Content-Type': 'application/x-ndjson' } });
  }

  private async run(lines: ReadableStreamDefaultController<Uint8Array>, gone: AbortSignal): Promise<void> {
    this.isRunning = true;
    const write = (line: RolloutLine): void => {
      if (!gone.aborted) lines.enqueue(Buffer.from(`${JSON.stringify(line)}\n`));
    };
    const say = (name: string, text: string): void => {
      this.options.say(name, text);
      write({ name, text });
    };
    const signal = AbortSignal.any([gone, this.options.signal]);
    try {
      write({ outcome: await rollout(this.options.cluster.members, { say, signal }) });
    } finally {
      this.isRunning = false;
      if (!gone.aborted) lines.close();
    }
  }
}
