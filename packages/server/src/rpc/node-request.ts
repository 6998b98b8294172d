import { directFetch } from '../direct-fetch.ts';
import { decodeAnswer, wire, type Answer } from './http-wire.ts';

const answerBytesMax = 256 * 1_024 * 1_024;

/** `refused`: it never reached the node, or the node said no before it began. `lost`: it may have begun. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  readonly kind: 'refused' | 'lost' | 'invalid';

  constructor(kind: RequestFailure['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

export interface NodeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Resolves when the node has begun all calls of the request. @throws RequestFailure */
export async function sendRequest(request: NodeRequest): Promise<Response> {
  const first = await post(request);
  if (first instanceof Response) return accepted(first);
  if (isUnreached(first)) throw new RequestFailure('refused', 'The node cannot be reached.', first);
  if (request.signal.aborted) throw new RequestFailure('lost', 'The node did not answer in time.', first);
  // A socket that was kept may have been closed just then. The node knows by its number whether it has begun this request.
  const second = await post(request);
  if (second instanceof Response && second.status === 200) return second;
  throw new RequestFailure('lost', 'The connection to the node was lost.', first);
}

/** What comes, until the node has nothing more to say. @throws RequestFailure `lost` */
export async function readAnswers(response: Response, take: (answer: Answer) => void): Promise<void> {
  try {
    if (Number(response.headers.get('content-length') ?? 0) > answerBytesMax)
      throw new Error('The answer is too large.');
    if (response.headers.has('content-length')) takeLines(await response.text(), take);
    else await takeStream(response, take);
  } catch (cause) {
    throw new RequestFailure('lost', 'The connection to the node was lost.', cause);
  }
}

async function post({ url, headers, body, signal }: NodeRequest): Promise<unknown> {
  try {
    return await directFetch(url, { method: 'POST', headers, body, signal });
  } catch (error) {
    return error;
  }
}

/** @throws RequestFailure */
function accepted(response: Response): Response {
  const { status } = wire;
  switch (response.status) {
    case 200:
      return response;
    case status.begunAlready:
      throw new RequestFailure('lost', 'The node has gone on without this request.');
    case status.noSecret:
      throw new RequestFailure('refused', 'The node does not know this service secret.');
    case status.otherStart:
      throw new RequestFailure('refused', 'The node was started anew.');
    case status.closed:
      throw new RequestFailure('refused', 'The node is stopping.');
    default:
      throw new RequestFailure('invalid', `The node answered with status ${response.status}.`);
  }
}

const unreachedCodes: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

function isUnreached(error: unknown): boolean {
  return unreachedCodes.has((error as { readonly code?: unknown }).code);
}

/** The machine is there, and nobody listens. */
export function isRefused(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ECONNREFUSED';
}

async function takeStream(response: Response, take: (answer: Answer) => void): Promise<void> {
  const decoder = new TextDecoder();
  const started: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > answerBytesMax) throw new Error('The answer is too large.');
    const text = decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) takeLines(started.splice(0).join('') + text.slice(0, end), take);
    if (end < text.length) started.push(text.slice(end));
  }
}

function takeLines(text: string, take: (answer: Answer) => void): void {
  for (const line of text.split('\n')) if (line !== '') take(decodeAnswer(line));
}
