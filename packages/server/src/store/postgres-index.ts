import type { Content } from '@parley/protocol';
import { indexStepLimits, type ChangedMessage, type IndexStatements, type Pending } from './index-step.ts';
import { vectorOf } from './postgres-tokens.ts';
import { postgresLocks } from './postgres-transactions.ts';
import { searchableText } from './searchable-text.ts';
import type { RunSql } from './server-connection.ts';

/** A crash may undo a step that was committed, with the note that it was made. */
const beginAlone = `select pg_advisory_xact_lock($1::bigint), set_config('synchronous_commit', 'off', true)`;
const findPending = `select p.conversation_id, p.after_version, c.version from search_pending p
  join conversations c on c.id = p.conversation_id limit ${indexStepLimits.messagesPerStep}`;
/** Conversation by conversation, each in the order of its versions. */
const findChanged = `select m.* from json_to_recordset($1::text::json) as p(conversation_id bigint, after_version bigint)
  cross join lateral (
    select id, conversation_id, seq, version, sender_id, content, created_at from messages
    where conversation_id = p.conversation_id and version > p.after_version
    order by version limit ${indexStepLimits.messagesPerStep}
  ) as m limit ${indexStepLimits.messagesPerStep}`;
const forget = `delete from search_documents
  where id in (select json_array_elements_text($1::text::json)::bigint)`;
const note = `insert into search_documents (id, conversation_id, seq, created_at, words)
  select id, conversation_id, seq, created_at, words::tsvector
  from json_to_recordset($1::text::json) as x(id bigint, conversation_id bigint, seq bigint, created_at bigint, words text)
  on conflict (id) do update set words = excluded.words`;
/**
 * A commit that is under way may count on the row being there. It has its conversation locked, so a conversation that can be
 * locked, and still has the version that was taken in, has none.
 */
const finish = `with quiet as materialized (
    select c.id from conversations as c
    join json_to_recordset($1::text::json) as x(id bigint, version bigint) on x.id = c.id
    where c.version <= x.version for share of c skip locked
  )
  delete from search_pending as p using quiet where p.conversation_id = quiet.id`;
const advance = `update search_pending as p set after_version = x.version
  from json_to_recordset($1::text::json) as x(id bigint, version bigint)
  where p.conversation_id = x.id and p.after_version < x.version`;

export const postgresIndex: IndexStatements = {
  begin: async (connection) => {
    await Promise.all([connection.query('begin'), connection.query(beginAlone, [postgresLocks.index])]);
  },
  findPending: (run) => run<Pending>(findPending, []),
  findChanged: (run, pending) => run<ChangedMessage>(findChanged, [JSON.stringify(pending)]),
  write: writeDocuments,
  finish: async (run, taken) => void (await run(finish, [JSON.stringify(taken)])),
  advance: async (run, taken) => void (await run(advance, [JSON.stringify(taken)])),
};

async function writeDocuments(run: RunSql, changed: readonly ChangedMessage[]): Promise<void> {
  const documents = changed.map(({ content, sender_id: senderId, ...row }) => ({
    ...row,
    words: vectorOf(searchableText(JSON.parse(content) as Content), { conversationId: row.conversation_id, senderId }),
  }));
  const [found, empty] = [documents.filter(({ words }) => words !== ''), documents.filter(({ words }) => words === '')];
  if (found.length > 0) await run(note, [JSON.stringify(found)]);
  if (empty.length > 0) await run(forget, [JSON.stringify(empty.map(({ id }) => id))]);
}
