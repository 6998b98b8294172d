import { limits } from '@parley/protocol';
import type { Selectable } from 'kysely';
import type { DeviceTable } from '../store/schema.ts';
import type { Policy } from './policy.ts';

type DevicePlace = Pick<Selectable<DeviceTable>, 'id' | 'platform' | 'last_used_at'>;

/** Which of a user's devices make room for a new one: those the policy allows no more, and beyond the maximum the longest unused. [D16] */
export function devicesToEnd(
  policy: Policy['devices'],
  others: readonly DevicePlace[],
  added: Pick<DevicePlace, 'platform'>,
): number[] {
  const isReplaced = (device: DevicePlace): boolean =>
    policy === 'single' || (policy === 'one-per-platform' && device.platform === added.platform);
  const kept = others.filter((device) => !isReplaced(device)).toSorted(byUse);
  const beyond = kept.slice(0, Math.max(0, kept.length + 1 - limits.devicesPerUserMax));
  return [...others.filter(isReplaced), ...beyond].map((device) => device.id);
}

function byUse(a: DevicePlace, b: DevicePlace): number {
  return a.last_used_at - b.last_used_at || a.id - b.id;
}
