import type { Device } from '@parley/protocol';
import type { Selectable } from 'kysely';
import type { DeviceTable } from '../store/schema.ts';

/** A device as its user sees it, from the device `currentId`. */
export function deviceView(row: Selectable<DeviceTable>, currentId: number): Device {
  return {
    id: row.id,
    platform: row.platform as Device['platform'],
    name: row.name,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    isCurrent: row.id === currentId,
  };
}
