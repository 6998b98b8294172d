import type { SendableContent } from '@parley/protocol';

/**
 * Tells a retry from a conflict: the same for the same content and reply, whatever order the keys of custom data have. [D2]
 * 128 bits of SHA-256, 22 characters.
 */
export function bodyHash(content: SendableContent, replyTo: number | undefined): string {
  return Bun.SHA256.hash(`${replyTo ?? 0}|${canonicalJson(content)}`, 'base64url').slice(0, 22);
}

/** The schema already orders the keys of everything but custom data. */
function canonicalJson(content: SendableContent): string {
  return content.type === 'custom' ? JSON.stringify(content, sortKeys) : JSON.stringify(content);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
