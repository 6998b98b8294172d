import { Counter, Histogram, type Registry } from 'prom-client';

interface Target {
  readonly role: string;
  readonly method: string;
}

/** Calls between roles, as seen by who makes them. */
export class RpcFigures {
  private readonly seconds: Histogram<'call'>;
  private readonly errors: Counter<'call' | 'reason'>;
  private readonly retries: Counter<'call'>;

  constructor(register: Registry) {
    const registers = [register];
    this.seconds = new Histogram({
      name: 'parley_rpc_seconds',
      help: 'How long calls to roles took, those that failed included; the count is that of the calls.',
      labelNames: ['call'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 8],
      registers,
    });
    this.errors = new Counter({
      name: 'parley_rpc_errors_total',
      help: 'Calls to roles that failed, by the code of the error.',
      labelNames: ['call', 'reason'],
      registers,
    });
    this.retries = new Counter({
      name: 'parley_rpc_retries_total',
      help: 'Calls that went to another node, because one did not take them.',
      labelNames: ['call'],
      registers,
    });
  }

  ended(target: Target, ms: number, reason?: string): void {
    const call = nameOf(target);
    this.seconds.observe({ call }, ms / 1_000);
    if (reason !== undefined) this.errors.inc({ call, reason });
  }

  retried(target: Target): void {
    this.retries.inc({ call: nameOf(target) });
  }
}

function nameOf({ role, method }: Target): string {
  return `${role}.${method}`;
}
