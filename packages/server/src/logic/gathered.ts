import type { Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';

/** Requests of one call; more are split. */
const batchMax = 256;

/** Answers in the order of the requests. */
export type LoadMany<Request, Answer> = (
  db: Kysely<Tables>,
  requests: readonly Request[],
) => Promise<readonly Answer[]>;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly waiter: PromiseWithResolvers<Answer>;
}

/**
 * Makes one read of all that is asked for within a tick: most of a small read's cost is its beginning and its end.
 * A lone request is not delayed by a timer.
 */
export function gathered<Request, Answer>(
  load: LoadMany<Request, Answer>,
): (db: Kysely<Tables>, request: Request) => Promise<Answer> {
  const waiting = new WeakMap<Kysely<Tables>, Waiting<Request, Answer>[]>();
  return (db, request) => {
    const waiter = Promise.withResolvers<Answer>();
    const batch = waiting.get(db);
    if (batch !== undefined) {
      batch.push({ request, waiter });
      return waiter.promise;
    }
    const fresh = [{ request, waiter }];
    waiting.set(db, fresh);
    setImmediate(() => {
      waiting.delete(db);
      for (let start = 0; start < fresh.length; start += batchMax)
        void answer(load, db, fresh.slice(start, start + batchMax));
    });
    return waiter.promise;
  };
}

async function answer<Request, Answer>(
  load: LoadMany<Request, Answer>,
  db: Kysely<Tables>,
  batch: readonly Waiting<Request, Answer>[],
): Promise<void> {
  try {
    const answers = await load(
      db,
      batch.map(({ request }) => request),
    );
    for (const [index, { waiter }] of batch.entries()) waiter.resolve(answers[index] as Answer);
  } catch (error) {
    for (const { waiter } of batch) waiter.reject(error);
  }
}
