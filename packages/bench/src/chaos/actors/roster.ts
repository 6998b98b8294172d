import type { Transport } from '../../checker/history-event.ts';
import type { PersonName } from '../world.ts';
import type { Duty } from './act.ts';
import type { SdkKind } from './sdk-device.ts';

export interface RosterEntry {
  readonly device: string;
  readonly person: PersonName;
  readonly speaks: Transport | 'seed-tcp';
  /** About how often it does something. */
  readonly everyMs: number;
  readonly duties?: readonly Duty[];
  readonly sdk?: SdkKind;
}

/** Every client of a run: several devices of a user, every transport, and those who come, go, and try what they may not. */
export const roster: readonly RosterEntry[] = [
  { device: 'ann-phone', person: 'ann', speaks: 'sdk', everyMs: 250, duties: ['add', 'kick'] },
  { device: 'ann-laptop', person: 'ann', speaks: 'sdk', everyMs: 500, sdk: { hasToken: true } },
  { device: 'ben-phone', person: 'ben', speaks: 'sdk', everyMs: 300 },
  { device: 'ben-script', person: 'ben', speaks: 'websocket', everyMs: 200 },
  { device: 'cat-phone', person: 'cat', speaks: 'sdk', everyMs: 400, sdk: { hasToken: true } },
  { device: 'cat-tool', person: 'cat', speaks: 'tcp', everyMs: 250 },
  { device: 'dan-phone', person: 'dan', speaks: 'sdk', everyMs: 500 },
  { device: 'dan-backend', person: 'dan', speaks: 'http', everyMs: 200 },
  { device: 'eve-script', person: 'eve', speaks: 'websocket', everyMs: 250 },
  { device: 'eve-page', person: 'eve', speaks: 'sdk', everyMs: 400, sdk: { transport: 'stream' } },
  { device: 'gus-phone', person: 'gus', speaks: 'sdk', everyMs: 400, duties: ['leave', 'trespass'] },
  { device: 'mal-script', person: 'mal', speaks: 'websocket', everyMs: 300, duties: ['spy', 'trespass'] },
  { device: 'sam-page', person: 'sam', speaks: 'seed', everyMs: 800 },
  { device: 'sam-tcp', person: 'sam', speaks: 'seed-tcp', everyMs: 800 },
];
