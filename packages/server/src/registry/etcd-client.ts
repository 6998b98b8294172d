import { readFileSync } from 'node:fs';
import { ParleyError } from '@parley/protocol';
import { directFetch } from '../direct-fetch.ts';
import type { EtcdAddress } from './etcd-address.ts';

export const etcdLimits = {
  /** One try at one member. */
  tryMs: 2_000,
  /** All tries of a call. */
  callMs: 5_000,
  /** Calls at the end of a process: what they would undo ends by itself. */
  partingMs: 1_000,
  retryMs: 100,
  /** Of one line of a stream. */
  lineCharsMax: 8 * 1_024 * 1_024,
} as const;

/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export const grpcCodes = { deadlineExceeded: 4, notFound: 5, unavailable: 14, unauthenticated: 16 } as const;

/** The cluster understood the call and says no. */
export class EtcdRefusal extends ParleyError {
  readonly grpcCode: number;

  constructor(grpcCode: number, message: string) {
    super('unavailable', `The registry refuses: ${message}`);
    this.grpcCode = grpcCode;
  }
}

/** Calls of etcd’s JSON gateway: https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/ */
export class EtcdClient {
  private readonly address: EtcdAddress;
  private readonly ca: string | undefined;
  private current = 0;
  private token: string | undefined;

  constructor(address: EtcdAddress) {
    this.address = address;
    this.ca = address.caPath === undefined ? undefined : readFileSync(address.caPath, 'utf8');
  }

  get prefix(): string {
    return this.address.prefix;
  }

  /** Tries one member after the other. @throws ParleyError `unavailable` when none answers in time · EtcdRefusal */
  async call<T>(path: string, body: object, callMs: number = etcdLimits.callMs): Promise<T> {
    const dueMs = performance.now() + callMs;
    for (;;) {
      const leftMs = dueMs - performance.now();
      try {
        return await this.ask<T>(path, body, Math.min(leftMs, etcdLimits.tryMs));
      } catch (cause) {
        if (cause instanceof EtcdRefusal) throw cause;
        this.current = (this.current + 1) % this.address.endpoints.length;
        if (dueMs - performance.now() < etcdLimits.retryMs)
          throw new ParleyError('unavailable', 'The registry does not answer.', { cause });
        await Bun.sleep(etcdLimits.retryMs);
      }
    }
  }

  /** What the cluster says until it, the connection or `signal` ends it. @throws what `fetch` throws · EtcdRefusal */
  async *stream<T>(path: string, body: object, signal: AbortSignal): AsyncGenerator<T> {
    const response = await this.post(path, body, signal);
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > etcdLimits.lineCharsMax) throw new Error('The line is too long.');
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield resultOf(line) as T;
    }
  }

  /** A token may be over at any time: then the call is made again with a new one. */
  private async ask<T>(path: string, body: object, tryMs: number): Promise<T> {
    const signal = AbortSignal.timeout(Math.max(tryMs, 1));
    const response = await this.post(path, body, signal);
    // Calls that are streams for etcd answer one line with a result in it.
    return resultOf(await response.text()) as T;
  }

  private async post(path: string, body: object, signal: AbortSignal): Promise<Response> {
    if (this.address.user !== undefined) this.token ??= await this.authenticate(signal);
    try {
      return await this.send(path, body, signal);
    } catch (error) {
      if (!(error instanceof EtcdRefusal) || error.grpcCode !== grpcCodes.unauthenticated || this.token === undefined)
        throw error;
      this.token = await this.authenticate(signal);
      return this.send(path, body, signal);
    }
  }

  private async authenticate(signal: AbortSignal): Promise<string> {
    this.token = undefined;
    const { user: name, password } = this.address;
    const response = await this.send('/v3/auth/authenticate', { name, password }, signal);
    return (resultOf(await response.text()) as { readonly token: string }).token;
  }

  private async send(path: string, body: object, signal: AbortSignal): Promise<Response> {
    const response = await directFetch(`${this.address.endpoints[this.current] ?? ''}${path}`, {
      method: 'POST',
      headers: this.token === undefined ? {} : { Authorization: this.token },
      body: JSON.stringify(body),
      signal,
      ...(this.ca === undefined ? {} : { tls: { ca: this.ca } }),
    });
    if (!response.ok) throw failureOf(await response.text());
    return response;
  }
}

/** A line of the gateway: a message, or one wrapped as `result`, or an error of either kind. */
function resultOf(line: string): unknown {
  const { result, ...rest } = JSON.parse(line) as { readonly result?: unknown; readonly error?: unknown };
  if (rest.error !== undefined) throw failureOf(line);
  return result ?? rest;
}

function failureOf(text: string): Error {
  const { code, message } = readFailure(text);
  const isOutage = code === undefined || code === grpcCodes.unavailable || code === grpcCodes.deadlineExceeded;
  return isOutage ? new Error(message) : new EtcdRefusal(code, message);
}

function readFailure(text: string): { readonly code?: number; readonly message: string } {
  try {
    const { error, code, message } = JSON.parse(text) as Record<string, unknown>;
    if (typeof error === 'object' && error !== null) {
      const { grpc_code, message } = error as { readonly grpc_code?: number; readonly message?: string };
      return { message: message ?? text, ...(grpc_code === undefined ? {} : { code: grpc_code }) };
    }
    return { message: String(message ?? error), ...(typeof code === 'number' ? { code } : {}) };
  } catch {
    return { message: text };
  }
}
