import type { Content } from '@parley/protocol';

/** What people can search for in a message: its text, or the strings of a custom one. */
export function searchableText(content: Content): string {
  if (content.type === 'text') return content.text;
  return content.type === 'custom' ? stringsIn(content.data).join('\n') : '';
}

function stringsIn(data: unknown): string[] {
  if (typeof data === 'string') return [data];
  return typeof data === 'object' && data !== null ? Object.values(data).flatMap(stringsIn) : [];
}
