import { S3Client } from 'bun';
import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { directFetch } from '../direct-fetch.ts';
import type { Blob, StoredBlob } from './blob.ts';
import { GatheredBytes } from './gathered-bytes.ts';
import { parseS3Url } from './s3-address.ts';
import { refusalOf, S3Refusal } from './s3-refusal.ts';

type PutOptions = Parameters<Blob['put']>[2];
type Method = 'GET' | 'HEAD' | 'PUT' | 'DELETE';

export const s3Limits = {
  /** What a call may take, besides the time for what it carries. */
  callMs: 10_000,
  /** What carries less is given up. */
  bytesPerSecondMin: 65_536,
  /** A file that is read and of which nothing comes for so long is given up. */
  idleMs: 30_000,
  /** S3 takes no larger one in one piece. */
  bytesMax: 5 * 1_073_741_824,
  /** How long what was signed is valid, so how much the clocks may differ. */
  signedSeconds: 900,
} as const;

const namePattern = /^[a-z0-9_-]{1,100}$/;
const typePattern = /^[\x20-\x7e]{1,255}$/;

/**
 * Files in a bucket of S3, or of whatever speaks its API. What is put is gathered first, because S3 wants to know how much comes,
 * and goes there in one piece: a put that fails leaves nothing, not even parts somebody pays for. [B2]
 */
export class S3Blob implements Blob {
  private readonly client: S3Client;
  private readonly prefix: string;
  private readonly idle: Deadlines;
  private isClosed = false;

  /** @throws RangeError saying what is wrong with the address */
  constructor({ url, clock }: { readonly url: string; readonly clock: Clock }) {
    const { prefix, credentials, ...place } = parseS3Url(url);
    this.prefix = prefix;
    this.client = new S3Client({ ...place, ...credentials });
    this.idle = new Deadlines(clock, s3Limits.idleMs);
  }

  async put(
    name: string,
    bytes: ReadableStream<Uint8Array> | Uint8Array,
    options: PutOptions,
  ): Promise<{ readonly size: number }> {
    const key = this.keyOf(name);
    if (!typePattern.test(options.type)) throw new ParleyError('invalid-params', 'That is no type of a file.');
    try {
      await using gathered = await gather(bytes, options);
      const { body, size } = gathered;
      const headers = { 'Content-Type': options.type };
      await this.call('PUT', key, { body, headers, signal: deadlineOf(size, options.signal) });
      return { size };
    } catch (error) {
      throw wrapped(error, options.signal);
    }
  }

  async get(name: string): Promise<StoredBlob | undefined> {
    const key = this.keyOf(name);
    try {
      const { headers } = await this.call('HEAD', key, { signal: deadlineOf(0) });
      return {
        type: headers.get('Content-Type') ?? 'application/octet-stream',
        size: Number(headers.get('Content-Length')),
        stream: () => this.read(key, headers.get('ETag')),
      };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw wrapped(error);
    }
  }

  async delete(name: string): Promise<void> {
    try {
      await this.call('DELETE', this.keyOf(name), { signal: deadlineOf(0) });
    } catch (error) {
      if (!isMissing(error)) throw wrapped(error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private keyOf(name: string): string {
    if (this.isClosed) throw new ParleyError('unavailable', 'The files are closed.');
    if (!namePattern.test(name)) throw new ParleyError('invalid-params', 'That is no name of a file.');
    return this.prefix + name;
  }

  /** @throws S3Refusal · what `fetch` throws */
  private async call(method: Method, key: string, init: Pick<RequestInit, 'body' | 'headers' | 'signal'>) {
    const url = this.client.presign(key, { method, expiresIn: s3Limits.signedSeconds });
    const answer = await directFetch(url, { ...init, method });
    if (answer.ok) return answer;
    const refusal = await refusalOf(answer);
    // An answer to HEAD has no body that would tell a missing file from a missing bucket.
    if (method === 'HEAD' && answer.status === 404)
      await this.call('GET', key, init).then(({ body }) => body?.cancel());
    throw refusal;
  }

  /** What was told of a file is not true of another one that took its place: then nothing of that is given. [B2] */
  private read(key: string, etag: string | null): ReadableStream<Uint8Array> {
    const abort = new AbortController();
    const headers = new Headers(etag === null ? {} : { 'If-Match': etag });
    const guarded = <T>(work: Promise<T>): Promise<T> =>
      this.idle.guard(work).catch((error: unknown) => {
        abort.abort();
        throw wrapped(error);
      });
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        reader ??= readerOf(await guarded(this.call('GET', key, { headers, signal: abort.signal })));
        const { done, value } = await guarded(reader.read());
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => abort.abort(),
    });
  }
}

function readerOf({ body }: Response): ReadableStreamDefaultReader<Uint8Array> {
  return (body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })).getReader();
}

async function gather(
  bytes: ReadableStream<Uint8Array> | Uint8Array,
  { bytesMax, signal }: PutOptions,
): Promise<GatheredBytes> {
  const most = Math.min(bytesMax, s3Limits.bytesMax);
  const gathered = new GatheredBytes();
  try {
    for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
      signal?.throwIfAborted();
      if (gathered.size + chunk.length > most)
        throw new ParleyError('frame-too-large', `A file may have at most ${most} bytes.`);
      await gathered.add(chunk);
    }
    signal?.throwIfAborted();
    return gathered;
  } catch (error) {
    await gathered[Symbol.asyncDispose]();
    throw error;
  }
}

function deadlineOf(bytes: number, signal?: AbortSignal): AbortSignal {
  const deadline = AbortSignal.timeout(s3Limits.callMs + (bytes / s3Limits.bytesPerSecondMin) * 1_000);
  return signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
}

function isMissing(error: unknown): boolean {
  return error instanceof S3Refusal && error.status === 404 && error.code !== 'NoSuchBucket';
}

/** A cause holds no signed address: whoever has it can use it for a while. */
function wrapped(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof ParleyError || signal?.aborted === true) return error;
  if (error instanceof S3Refusal && error.status === 412)
    return new ParleyError('unavailable', 'The file was replaced meanwhile.', { cause: error });
  const cause = error instanceof S3Refusal ? error : new Error(error instanceof Error ? error.message : String(error));
  return new ParleyError('unavailable', 'The file store cannot be used.', { cause });
}
