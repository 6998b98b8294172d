import type { CommandName, ParamsInput, Result } from '@parley/protocol';
import type { CallOptions, KeyValueStorage } from './contract.ts';
import type { Environment } from './environment.ts';
import type { EventHub } from './event-hub.ts';

/** What the parts of a client share. */
export interface Core {
  readonly environment: Environment;
  readonly storage: KeyValueStorage;
  readonly events: EventHub;
  /** 0 while unknown. */
  ownId(): number;
  isOnline(): boolean;
  /** Waits while connecting. @throws ParleyError */
  request<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>>;
  /** Only over the connection there is. @throws LinkLost, ParleyError */
  requestOnce<Name extends CommandName>(
    command: Name,
    params: ParamsInput<Name>,
    options?: CallOptions,
  ): Promise<Result<Name>>;
}
