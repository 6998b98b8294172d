import { directFetch } from '../direct-fetch.ts';
import { isRefused } from './node-request.ts';
import { wire } from './http-wire.ts';
import type { RpcNode } from './node-line.ts';

/** `lives`: it answers. `over`: nobody listens there, or a later start does. `silent`: nobody can say. */
export type Standing = 'lives' | 'over' | 'silent';

const askMs = 2_000;

/** Whether a start of a node that is listed is still there. Never rejects. */
export async function askStart(
  { bootId, address }: Pick<RpcNode, 'bootId' | 'address'>,
  secret: string,
): Promise<Standing> {
  if (address === '') return 'silent';
  const headers = {
    [wire.secret]: `Bearer ${secret}`,
    [wire.boot]: bootId,
    [wire.order]: `${crypto.randomUUID()} 1`,
  };
  try {
    const signal = AbortSignal.timeout(askMs);
    const { status } = await directFetch(`${address}${wire.path}`, { method: 'POST', headers, body: '[]', signal });
    return standings.get(status) ?? 'silent';
  } catch (error) {
    return isRefused(error) ? 'over' : 'silent';
  }
}

const standings: ReadonlyMap<number, Standing> = new Map([
  [200, 'lives'],
  [wire.status.noSecret, 'lives'],
  [wire.status.otherStart, 'over'],
]);
