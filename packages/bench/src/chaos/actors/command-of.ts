import { limits, type CommandName, type ParamsInput } from '@parley/protocol';
import type { Act } from './act.ts';
import { Bodies } from './bodies.ts';
import type { DeviceParts } from './device.ts';
import type { RecentSeqs } from './recent-seqs.ts';

export type Asked = {
  readonly [Name in CommandName]: { readonly command: Name; readonly params: ParamsInput<Name> };
}[CommandName];

/** The command an act is; undefined for what is more than one command, and when there is nothing to do it to. */
export function commandOf(act: Act, parts: DeviceParts, recent: RecentSeqs): Asked | undefined {
  if (act.kind === 'send' || act.kind === 'reopen' || act.kind === 'mark-read') return undefined;
  const { world } = parts;
  const conversationId = world.places[act.place];
  switch (act.kind) {
    case 'add':
      return { command: 'member.add', params: { conversationId, userIds: [world.people[act.person].id] } };
    case 'kick':
      return { command: 'member.remove', params: { conversationId, userId: world.people[act.person].id } };
    case 'leave':
      return { command: 'conversation.leave', params: { conversationId } };
    case 'read':
      return readOf(conversationId, recent.at(conversationId, act.pick));
    case 'edit':
    case 'recall':
    case 'react':
    case 'unreact':
      return changeOf(act, parts, { conversationId, seq: recent.at(conversationId, act.pick) });
  }
}

/** The newest page, one message when there is one to ask for, or what is found in all that one may read. */
function readOf(conversationId: number, seq: number | undefined): Asked {
  if (seq !== undefined && seq % 3 === 0)
    return { command: 'message.search', params: { query: Bodies.wordFor(seq), limit: limits.pageMax } };
  if (seq === undefined || seq % 2 === 0) return { command: 'message.history', params: { conversationId } };
  return { command: 'message.get', params: { conversationId, seq } };
}

type Change = Extract<Act, { kind: 'edit' | 'recall' | 'react' | 'unreact' }>;

function changeOf(
  act: Change,
  { bodies, random }: DeviceParts,
  { conversationId, seq }: { readonly conversationId: number; readonly seq: number | undefined },
): Asked | undefined {
  if (seq === undefined) return undefined;
  const params = { conversationId, seq };
  if (act.kind === 'edit') {
    const content = { type: 'text' as const, text: bodies.next(conversationId, random) };
    return { command: 'message.edit', params: { ...params, content } };
  }
  if (act.kind === 'react') return { command: 'reaction.add', params: { ...params, emoji: act.emoji } };
  if (act.kind === 'unreact') return { command: 'reaction.remove', params: { ...params, emoji: act.emoji } };
  return { command: 'message.recall', params };
}
