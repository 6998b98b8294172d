import { ParleyError } from '@parley/protocol';
import { systemClock, type Clock } from '../clock.ts';
import { Deadlines } from './deadlines.ts';
import { rpcLimits, serviceMethods, type Rpc, type ServiceName, type Services } from './rpc.ts';

export interface DirectRpcOptions {
  /** The one node there is. */
  readonly nodeId: string;
  readonly deadlineMs?: number;
  readonly clock?: Clock;
  /** Called with whatever a service throws that is no ParleyError. */
  readonly onDefect?: (error: unknown, place: string) => void;
}

type Method = (...args: readonly unknown[]) => Promise<unknown>;
type Service = Readonly<Record<string, Method>>;

interface Target {
  readonly role: ServiceName;
  readonly method: string;
}

/** Calls within one process: the service runs before the call returns, on the caller's own objects. */
export class DirectRpc implements Rpc {
  private readonly options: DirectRpcOptions;
  private readonly deadlines: Deadlines;
  private readonly served = new Map<ServiceName, object>();
  private readonly stubs: Readonly<Record<ServiceName, object>>;
  private readonly strangers: Readonly<Record<ServiceName, object>>;
  private isClosed = false;

  constructor(options: DirectRpcOptions) {
    this.options = options;
    this.deadlines = new Deadlines(options.clock ?? systemClock, options.deadlineMs ?? rpcLimits.deadlineMs);
    this.stubs = stubsOf(
      (target) =>
        (...args) =>
          this.run(target, args),
    );
    this.strangers = stubsOf(() => () => Promise.reject(new ParleyError('unavailable', 'The node is gone.')));
  }

  serve<R extends ServiceName>(role: R, service: Services[R]): () => void {
    this.served.set(role, service);
    return () => {
      if (this.served.get(role) === service) this.served.delete(role);
    };
  }

  call<R extends ServiceName>(role: R, nodeId?: string): Services[R] {
    const isHere = nodeId === undefined || nodeId === this.options.nodeId;
    return (isHere ? this.stubs : this.strangers)[role] as Services[R];
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.deadlines.idle();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private run(target: Target, args: readonly unknown[]): Promise<unknown> {
    const service = this.served.get(target.role) as Service | undefined;
    if (this.isClosed || service === undefined)
      return Promise.reject(new ParleyError('unavailable', `No node answers for ${target.role}.`));
    return this.deadlines.guard(this.invoke(service, target, args));
  }

  private async invoke(service: Service, target: Target, args: readonly unknown[]): Promise<unknown> {
    try {
      return await service[target.method]?.(...args);
    } catch (error) {
      if (error instanceof ParleyError) throw error;
      this.options.onDefect?.(error, `${target.role}.${target.method}`);
      throw new ParleyError('internal');
    }
  }
}

/** One object per service with all its methods, made once. */
function stubsOf(make: (target: Target) => Method): Readonly<Record<ServiceName, object>> {
  const stubs: Partial<Record<ServiceName, object>> = {};
  for (const role of Object.keys(serviceMethods) as ServiceName[])
    stubs[role] = Object.fromEntries(serviceMethods[role].map((method) => [method, make({ role, method })]));
  return stubs as Record<ServiceName, object>;
}
