/** Requests of one call; more are split. */
const batchMax = 256;

/** Answers in the order of the requests. */
export type LoadMany<Source extends object, Request, Answer> = (
  source: Source,
  requests: readonly Request[],
) => Promise<readonly Answer[]>;

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly waiter: PromiseWithResolvers<Answer>;
}

/**
 * Makes one read of all that is asked for within a tick: most of a small read's cost is its beginning and its end.
 * A lone request is not delayed by a timer.
 *
 * @param begin when the read begins; `queueMicrotask` takes along only what is asked for as soon as the first one is
 */
export function gathered<Source extends object, Request, Answer>(
  load: LoadMany<Source, Request, Answer>,
  begin: (read: () => void) => void = setImmediate,
): (source: Source, request: Request) => Promise<Answer> {
  const waiting = new WeakMap<Source, Waiting<Request, Answer>[]>();
  return (source, request) => {
    const waiter = Promise.withResolvers<Answer>();
    const batch = waiting.get(source);
    if (batch !== undefined) {
      batch.push({ request, waiter });
      return waiter.promise;
    }
    const fresh = [{ request, waiter }];
    waiting.set(source, fresh);
    begin(() => {
      waiting.delete(source);
      for (let start = 0; start < fresh.length; start += batchMax)
        void answer(load, source, fresh.slice(start, start + batchMax));
    });
    return waiter.promise;
  };
}

async function answer<Source extends object, Request, Answer>(
  load: LoadMany<Source, Request, Answer>,
  source: Source,
  batch: readonly Waiting<Request, Answer>[],
): Promise<void> {
  try {
    const answers = await load(
      source,
      batch.map(({ request }) => request),
    );
    for (const [index, { waiter }] of batch.entries()) waiter.resolve(answers[index] as Answer);
  } catch (error) {
    for (const { waiter } of batch) waiter.reject(error);
  }
}
