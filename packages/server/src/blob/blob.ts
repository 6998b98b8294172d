/**
 * Uploaded files, by name.
 *
 * Rules every adapter passes (`blob.conformance.ts`):
 * - B1 After `put` resolved, `get` answers the same bytes and type, also after a restart.
 * - B2 A put that failed or was aborted leaves nothing behind; readers see the old file or the new one, never a mixture.
 * - B3 `get` of an unknown name is undefined; `delete` of one does nothing.
 * - B4 A name is 1 to 100 characters of `a-z 0-9 - _`; anything else is refused with `invalid-params` before anything is touched.
 * - B5 More than `bytesMax` is refused with `frame-too-large`, and nothing is kept.
 * - B6 After `close` calls reject with `unavailable`.
 */
export interface Blob extends AsyncDisposable {
  put(
    name: string,
    bytes: ReadableStream<Uint8Array> | Uint8Array,
    options: { readonly type: string; readonly bytesMax: number; readonly signal?: AbortSignal },
  ): Promise<{ readonly size: number }>;
  get(name: string): Promise<StoredBlob | undefined>;
  delete(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface StoredBlob {
  readonly type: string;
  readonly size: number;
  stream(): ReadableStream<Uint8Array>;
}
