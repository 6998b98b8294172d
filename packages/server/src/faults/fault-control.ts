import { ParleyError, toWireError } from '@parley/protocol';
import { z } from 'zod';
import type { AdjustableClock } from './adjustable-clock.ts';
import type { DisorderedQueue } from './disordered-queue.ts';
import { faultPointNames, type FaultPoint } from './fault-points.ts';
import type { Faults } from './faults.ts';

export const faultLimits = { stallMsMax: 600_000, countMax: 1_000_000, offsetMsMax: 10 * 365 * 86_400_000 } as const;

const count = (min: number) => z.int().min(min).max(faultLimits.countMax);
const stallMs = z.int().min(0).max(faultLimits.stallMsMax);

/** What can be asked for; what one request has of it is done in this order, the stall of the event loop at the end. */
const requestSchema = z.strictObject({
  clear: z.literal(true).optional(),
  clock: z
    .strictObject({
      offsetMs: z.int().min(-faultLimits.offsetMsMax).max(faultLimits.offsetMsMax).default(0),
      isFrozen: z.boolean().default(false),
    })
    .optional(),
  queue: z.strictObject({ isDisordered: z.boolean() }).optional(),
  store: z.strictObject({ isReadOnly: z.boolean() }).optional(),
  arm: z
    .strictObject({
      point: z.enum(faultPointNames),
      action: z.enum(['kill', 'stall', 'fail']),
      stallMs: stallMs.default(1_000),
      skip: count(0).default(0),
      times: count(1).default(1),
    })
    .optional(),
  stallLoopMs: stallMs.optional(),
});

type Asked = z.output<typeof requestSchema>;

export interface FaultControlParts {
  readonly faults: Faults;
  /** What this process can come to. */
  readonly points: readonly FaultPoint[];
  readonly clock: AdjustableClock;
  /** Where a role of this process has one. */
  readonly queue?: DisorderedQueue;
  /** As a file system that was mounted read-only would have it. */
  readonly store?: { isReadOnly: boolean };
}

/**
 * The operations port's `/faults`: `POST` makes this server fail, `GET` says what it was told and what came of it.
 * @example curl -X POST -H 'Content-Type: application/json' -d '{"arm":{"point":"commit.after","action":"kill"}}' localhost:7090/faults
 */
export class FaultControl {
  private readonly parts: FaultControlParts;

  constructor(parts: FaultControlParts) {
    this.parts = parts;
  }

  readonly get = (): Response => Response.json(this.state());

  readonly post = async (request: Request): Promise<Response> => {
    try {
      this.apply(await readRequest(request));
      return this.get();
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      return Response.json(toWireError(error), { status: error.status });
    }
  };

  private apply(request: Asked): void {
    const { faults, clock, queue, store } = this.parts;
    this.requireHere(request);
    if (request.clear === true) this.clear();
    if (request.clock !== undefined) clock.set(request.clock);
    if (request.queue !== undefined && queue !== undefined) queue.isDisordered = request.queue.isDisordered;
    if (request.store !== undefined && store !== undefined) store.isReadOnly = request.store.isReadOnly;
    if (request.arm !== undefined) {
      const { point, ...fault } = request.arm;
      faults.arm(point, fault);
    }
    if (request.stallLoopMs !== undefined) Bun.sleepSync(request.stallLoopMs);
  }

  /** @throws ParleyError for what is not in this process: nothing would come of it. */
  private requireHere({ arm, queue, store }: Asked): void {
    if (arm !== undefined && !this.parts.points.includes(arm.point)) throw notHere('/arm/point', arm.point);
    if (queue !== undefined && this.parts.queue === undefined) throw notHere('/queue', 'the queue');
    if (store !== undefined && this.parts.store === undefined) throw notHere('/store', 'the store');
  }

  private clear(): void {
    const { faults, clock, queue, store } = this.parts;
    faults.clear();
    clock.set({ offsetMs: 0, isFrozen: false });
    if (queue !== undefined) queue.isDisordered = false;
    if (store !== undefined) store.isReadOnly = false;
  }

  private state() {
    const { faults, points, clock, queue, store } = this.parts;
    const states = faults.state();
    return {
      points: Object.fromEntries(points.map((name) => [name, states[name]])),
      clock: clock.state(),
      ...(queue && { queue: { isDisordered: queue.isDisordered } }),
      ...(store && { store: { isReadOnly: store.isReadOnly } }),
    };
  }
}

/** A page that somebody on this machine looks at can send no JSON here without being asked first. @throws ParleyError */
async function readRequest(request: Request): Promise<Asked> {
  const type = request.headers.get('content-type') ?? '';
  if (type.split(';')[0]?.trim().toLowerCase() !== 'application/json')
    throw new ParleyError('invalid-frame', 'Send JSON, with the content type application/json.');
  const parsed = requestSchema.safeParse(await readJson(request));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path, message }) => ({
    pointer: path.map((part) => `/${String(part)}`).join(''),
    message,
  }));
  throw new ParleyError('invalid-params', undefined, { fields });
}

function notHere(pointer: string, what: string): ParleyError {
  const message = `The roles of this process do not come to ${what}.`;
  return new ParleyError('invalid-params', undefined, { fields: [{ pointer, message }] });
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'The body is not JSON.', { cause });
  }
}
