import type { CommandName } from '@parley/protocol';

const readVerbs: ReadonlySet<string> = new Set([
  'info',
  'get',
  'list',
  'lookup',
  'search',
  'browse',
  'history',
  'revisions',
  'sync',
  'receipts',
  'unread',
  'changes',
  'count',
  'watch',
  'unwatch',
]);

/** Whether a command changes nothing that lasts, so that asking again is always right. */
export function isRead(command: CommandName): boolean {
  return readVerbs.has(command.slice(command.indexOf('.') + 1));
}
