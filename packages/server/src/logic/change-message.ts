import { ParleyError, type Content } from '@parley/protocol';
import type { Transaction } from 'kysely';
import type { Session } from '../session.ts';
import type { Tables } from '../store/schema.ts';
import { changedDelivery } from './changed-delivery.ts';
import type { Context } from './context.ts';
import { findMessage } from './find-message.ts';
import { openConversation, type LoadedConversation } from './load-conversation.ts';
import type { MessageRow } from './message-view.ts';
import type { Action } from './permissions.ts';
import type { Changed } from './writer.ts';

/** One message about to change, read in the transaction that changes it. */
export interface Changing {
  readonly tx: Transaction<Tables>;
  readonly conversation: LoadedConversation;
  readonly before: MessageRow;
  readonly content: Content;
  readonly now: number;
}

export type ChangedColumns = Partial<Pick<MessageRow, 'content' | 'reactions' | 'edited_at'>>;

export interface MessageChange {
  readonly target: { readonly conversationId: number; readonly seq: number };
  readonly session: Session;
  /** What the user must be allowed to do in the conversation. */
  readonly action: Action;
  /** The new values, or undefined when it already is so: then no version is raised. @throws ParleyError the refusal */
  columns(changing: Changing): Promise<ChangedColumns | undefined>;
}

/** Edits, recalls, reactions: a message's next state under the conversation's next version, pushed in order. Resolves with that version. */
export function changeMessage(context: Context, change: MessageChange): Promise<number> {
  return context.writer.change(async (tx): Promise<Changed<number>> => {
    const { target, session, action } = change;
    const now = context.clock.now();
    const conversation = await openConversation(tx, {
      conversationId: target.conversationId,
      userId: session.userId,
      action,
      now,
    });
    const before = await findMessage(tx, conversation, target.seq);
    const columns = await change.columns({
      tx,
      conversation,
      before,
      content: JSON.parse(before.content) as Content,
      now,
    });
    if (columns === undefined) return { result: before.version, deliveries: [] };
    const after = { ...before, ...columns, version: await context.store.nextVersion(tx, conversation.id, now) };
    await store(tx, after);
    return {
      result: after.version,
      deliveries: [await changedDelivery(tx, { ...conversation, version: after.version }, after)],
    };
  });
}

/** @throws ParleyError `already-recalled` */
export function refuseRecalled(content: Content): void {
  if (content.type === 'recalled') throw new ParleyError('already-recalled');
}

async function store(
  tx: Transaction<Tables>,
  { content, reactions, edited_at, version, ...key }: MessageRow,
): Promise<void> {
  await tx
    .updateTable('messages')
    .set({ content, reactions, edited_at, version })
    .where('conversation_id', '=', key.conversation_id)
    .where('seq', '=', key.seq)
    .execute();
}
