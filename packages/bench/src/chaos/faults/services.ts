import type { Strike } from './strike.ts';

const services = [
  { class: 'F3', name: 'Redis killed, emptied, stalled' },
  { class: 'F4', name: 'etcd killed, cut off' },
] as const;

/** F3 and F4: what a deployment has no service for it says, and then these are named as not run. */
export function serviceOutages(): Strike[] {
  return services.map((service) => ({
    ...service,
    lane: 'system',
    happen: () =>
      Promise.reject(new Error('This deployment says that it has the service, and there is no way to reach it.')),
  }));
}
