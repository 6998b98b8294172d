import { ParleyError } from '@parley/protocol';
import type { ServiceName, Services } from './rpc.ts';
import type { Method, Target } from './service-stubs.ts';

/** Called with whatever a service throws that is no ParleyError, where it was, and the trace of the call if it has one. */
export type OnDefect = (error: unknown, place: string, trace?: string) => void;

/** The services of this process. A defect of theirs is told to whoever logs it, and answered as `internal`. [C6] */
export class ServedRoles {
  private readonly onDefect: OnDefect | undefined;
  private readonly served = new Map<ServiceName, Readonly<Record<string, Method>>>();

  constructor(onDefect?: OnDefect) {
    this.onDefect = onDefect;
  }

  serve<R extends ServiceName>(role: R, service: Services[R]): () => void {
    const methods = service as unknown as Readonly<Record<string, Method>>;
    this.served.set(role, methods);
    return () => {
      if (this.served.get(role) === methods) this.served.delete(role);
    };
  }

  has(role: ServiceName): boolean {
    return this.served.has(role);
  }

  /** The call has begun when this returns. @throws ParleyError */
  async run({ role, method }: Target, args: readonly unknown[], trace?: string): Promise<unknown> {
    const service = this.served.get(role);
    if (service === undefined) throw new ParleyError('unavailable', `No node answers for ${role}.`);
    try {
      return await service[method]?.(...args);
    } catch (error) {
      if (error instanceof ParleyError) throw error;
      this.onDefect?.(error, `${role}.${method}`, trace);
      throw new ParleyError('internal');
    }
  }
}
