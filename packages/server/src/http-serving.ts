/** Told of an error that should not have been. */
export type OnDefect = (error: Error) => void;

/** Options of Bun's servers that all ports of HTTP share: a defect in answering tells nothing of itself to whoever asked. */
export function httpServing(onDefect: OnDefect) {
  return {
    // Otherwise an error is answered with a page that shows its stack and source.
    development: false,
    error(error: Error): Response {
      onDefect(error);
      return plainAnswer(500, 'Internal error');
    },
  } as const;
}

/**
 * The path of a request, without parsing all of its address. Undefined: its Host header makes no address, so that every reader
 * would find another path; such a request is refused.
 */
export function pathOf({ url }: Request): string | undefined {
  const host = url.indexOf('//') + 2;
  if (!/^https?:\/\/$/.test(url.slice(0, host))) return undefined;
  const start = url.indexOf('/', host);
  const end = url.indexOf('?', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** The answer to a request without a path. */
export function noAddress(): Response {
  return plainAnswer(400, 'The Host header is not valid.');
}

/** A line of text that no browser takes for anything else. */
export function plainAnswer(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', ...headers },
  });
}
