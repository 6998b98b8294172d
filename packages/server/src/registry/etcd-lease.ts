import { ParleyError } from '@parley/protocol';
import { etcdLimits, type EtcdClient } from './etcd-client.ts';

interface LeaseAnswer {
  readonly ID: string;
  /** Left out when there is no such lease. */
  readonly TTL?: string;
}

/** The lease all keys of this process hang on: they go when it does. */
export class EtcdLease {
  private readonly client: EtcdClient;
  private readonly ttlMs: number;
  private id: string | undefined;

  constructor(client: EtcdClient, ttlMs: number) {
    this.client = client;
    this.ttlMs = ttlMs;
  }

  /** @throws ParleyError `unavailable` while there is none. */
  get current(): string {
    if (this.id === undefined) throw new ParleyError('unavailable', 'The registry has lost this node.');
    return this.id;
  }

  get isHeld(): boolean {
    return this.id !== undefined;
  }

  /** @throws ParleyError `unavailable` */
  async grant(callMs?: number): Promise<void> {
    const TTL = String(Math.ceil(this.ttlMs / 1_000));
    this.id = (await this.client.call<LeaseAnswer>('/v3/lease/grant', { TTL }, callMs)).ID;
  }

  /** Resolves with whether it still holds. @throws ParleyError `unavailable` when nobody can say. */
  async renew(): Promise<boolean> {
    const answer = await this.client.call<LeaseAnswer>('/v3/lease/keepalive', { ID: this.current });
    if (answer.TTL === undefined) this.id = undefined;
    return this.isHeld;
  }

  /** Gives everything back that hangs on it. */
  async revoke(): Promise<void> {
    const { id } = this;
    this.id = undefined;
    if (id === undefined) return;
    await this.client.call('/v3/lease/revoke', { ID: id }, etcdLimits.partingMs).catch(() => undefined);
  }
}
