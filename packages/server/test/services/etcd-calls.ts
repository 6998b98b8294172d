export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

interface EtcdAnswer {
  readonly header: { readonly revision: string };
  readonly kvs?: readonly { readonly lease: string }[];
}

/** What somebody else does to the cluster. */
export async function call(port: number, path: string, body: object): Promise<EtcdAnswer> {
  const answer = await fetch(`http://127.0.0.1:${port}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as EtcdAnswer;
}

export function put(port: number, key: string, value: string): Promise<EtcdAnswer> {
  return call(port, 'kv/put', { key: base64(key), value: base64(value) });
}

/** Ends the lease a key hangs on. */
export async function revokeLeases(port: number, key: string): Promise<void> {
  const { kvs = [] } = await call(port, 'kv/range', { key: base64(key) });
  for (const { lease } of kvs) await call(port, 'lease/revoke', { ID: lease });
}
