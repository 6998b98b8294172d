import { ParleyError } from '@parley/protocol';
import { systemClock, type Clock } from '../clock.ts';
import { Deadlines } from '../deadlines.ts';
import { rpcLimits, type Rpc, type ServiceName, type Services } from './rpc.ts';
import { measured, type RpcMeter } from './rpc-meter.ts';
import { ServedRoles, type OnDefect } from './served-roles.ts';
import { stubsOf, type Target } from './service-stubs.ts';

export interface DirectRpcOptions {
  /** The one node there is. */
  readonly nodeId: string;
  readonly deadlineMs?: number;
  readonly clock?: Clock;
  readonly meter?: RpcMeter;
  readonly onDefect?: OnDefect;
}

/** Calls within one process: the service runs before the call returns, on the caller's own objects. */
export class DirectRpc implements Rpc {
  private readonly options: DirectRpcOptions;
  private readonly clock: Clock;
  private readonly deadlines: Deadlines;
  private readonly roles: ServedRoles;
  private readonly stubs: Services;
  private readonly strangers: Services;
  private isClosed = false;

  constructor(options: DirectRpcOptions) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
    this.deadlines = new Deadlines(this.clock, options.deadlineMs ?? rpcLimits.deadlineMs);
    this.roles = new ServedRoles(options.onDefect);
    this.stubs = stubsOf(
      (target) =>
        (...args) =>
          this.run(target, args),
    );
    this.strangers = stubsOf(() => () => Promise.reject(new ParleyError('unavailable', 'The node is gone.')));
  }

  serve<R extends ServiceName>(role: R, service: Services[R]): () => void {
    return this.roles.serve(role, service);
  }

  call<R extends ServiceName>(role: R, nodeId?: string): Services[R] {
    const isHere = nodeId === undefined || nodeId === this.options.nodeId;
    return (isHere ? this.stubs : this.strangers)[role];
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.deadlines.idle();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private run(target: Target, args: readonly unknown[]): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new ParleyError('unavailable', 'The process is stopping.'));
    const { meter } = this.options;
    return measured(this.deadlines.guard(this.roles.run(target, args)), { meter, target, clock: this.clock });
  }
}
