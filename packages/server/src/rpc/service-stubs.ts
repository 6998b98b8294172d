import { serviceMethods, type ServiceName, type Services } from './rpc.ts';

/** One method of one service. */
export interface Target {
  readonly role: ServiceName;
  readonly method: string;
}

export type Method = (...args: readonly unknown[]) => Promise<unknown>;

/** Objects with all methods of each service, each made by `make`. */
export function stubsOf(make: (target: Target) => Method): Services {
  const stubs: Partial<Record<ServiceName, object>> = {};
  for (const role of Object.keys(serviceMethods) as ServiceName[])
    stubs[role] = Object.fromEntries(serviceMethods[role].map((method) => [method, make({ role, method })]));
  return stubs as Services;
}
