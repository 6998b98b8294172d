import type { EtcdClient } from './etcd-client.ts';

/** What etcd answers, as far as it is read. Numbers of 64 bits are text; what is empty or 0 is left out. */
export interface KeyValue {
  readonly key: string;
  readonly value?: string;
  readonly mod_revision: string;
}
export interface RangeAnswer {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly KeyValue[];
}
interface TransactionAnswer {
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: RangeAnswer }[];
}
export type Comparison = Readonly<Record<string, unknown>>;
export type Operation = Readonly<Record<string, unknown>>;

export const isAbsent = (key: string): Comparison => ({ key: encode(key), target: 'CREATE', create_revision: '0' });
export const isValue = (key: string, value: string): Comparison => ({
  key: encode(key),
  target: 'VALUE',
  value: encode(value),
});
export const put = (key: string, value: string, lease?: string): Operation => ({
  request_put: { key: encode(key), value: encode(value), ...(lease === undefined ? {} : { lease }) },
});
export const remove = (key: string): Operation => ({ request_delete_range: { key: encode(key) } });
export const get = (key: string): Operation => ({ request_range: { key: encode(key) } });

/** Everything below a prefix that ends with a slash. */
export function below(prefix: string): { readonly key: string; readonly range_end: string } {
  return { key: encode(prefix), range_end: encode(`${prefix.slice(0, -1)}0`) };
}

export function readKey({ key }: KeyValue): string {
  return decode(key);
}

export function readValue({ value = '' }: KeyValue): string {
  return decode(value);
}

export interface Transaction {
  readonly when: readonly Comparison[];
  readonly make: readonly Operation[];
  readonly otherwise?: readonly Operation[];
  /** How long it may take, when not as long as any call. */
  readonly callMs?: number;
}

/** Does everything of `make` if every comparison holds, else everything of `otherwise`. `found` is what the operations that were made read. */
export async function transact(
  client: EtcdClient,
  { when, make, otherwise = [], callMs }: Transaction,
): Promise<{ readonly isDone: boolean; readonly found: readonly KeyValue[] }> {
  const body = { compare: when, success: make, failure: otherwise };
  const { succeeded = false, responses = [] } = await client.call<TransactionAnswer>('/v3/kv/txn', body, callMs);
  return { isDone: succeeded, found: responses.flatMap(({ response_range }) => response_range?.kvs ?? []) };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
