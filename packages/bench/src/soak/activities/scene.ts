import type { Random } from '../../chaos/random.ts';
import type { Latencies } from '../latencies.ts';
import type { Texts } from '../texts.ts';
import type { Town } from '../town.ts';

/** What everybody needs who does something in a soak. */
export interface Scene {
  readonly town: Town;
  readonly random: Random;
  readonly texts: Texts;
  readonly latencies: Latencies;
}
