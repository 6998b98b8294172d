import type { MessageRow } from '@parley/server/src/logic/message-view.ts';
import { postgresWire } from '@parley/server/src/store/postgres-connection.ts';
import { ServerConnection } from '@parley/server/src/store/server-connection.ts';
import { storedTruth, type ConversationRow, type MemberRow } from './read-stored.ts';
import type { StoredTruth } from './truth.ts';

/** What the database of a server holds of a conversation, read past ours. @throws RangeError when there is no such conversation */
export async function readStoredOnPostgres(url: string, conversationId: number): Promise<StoredTruth> {
  const connection = await ServerConnection.open(postgresWire, { url, isReadOnly: true });
  try {
    const [conversation] = await connection.run<ConversationRow>(
      'select kind, seq, version, min_seq from conversations where id = $1',
      [conversationId],
    );
    if (conversation === undefined) throw new RangeError(`The database has no conversation ${conversationId}.`);
    const messages = await connection.run<MessageRow>(
      'select * from messages where conversation_id = $1 order by seq',
      [conversationId],
    );
    const members = await connection.run<MemberRow>(
      'select * from members where conversation_id = $1 order by user_id',
      [conversationId],
    );
    return storedTruth(conversationId, { conversation, messages, members });
  } finally {
    connection.close();
  }
}
