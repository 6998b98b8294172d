import { createHash } from 'node:crypto';
import type { NodeRef } from '../presence/presence.ts';

const secretBytes = 32;
const homeChars = 12;

/** `<home>.<secret>`. The secret alone is the right to post; the home only says which node can know it. */
export function newStreamId(node: NodeRef): string {
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(secretBytes))).toString('base64url');
  return `${homeOf(node)}.${secret}`;
}

/** One start of a node, without telling its name. */
export function homeOf({ nodeId, bootId }: NodeRef): string {
  return createHash('sha256').update(`${nodeId} ${bootId}`).digest('hex').slice(0, homeChars);
}

/** Empty: the id is none of ours. */
export function homeIn(streamId: string): string {
  return streamId.slice(0, Math.max(streamId.indexOf('.'), 0));
}
