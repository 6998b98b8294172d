import type { Content } from '@parley/protocol';
import type { PostgresConnection, RunSql } from './postgres-connection.ts';
import { vectorOf } from './postgres-tokens.ts';
import { postgresLocks } from './postgres-transactions.ts';
import { searchableText } from './searchable-text.ts';

export const postgresIndexLimits = {
  /** Changed messages, and conversations, one step takes in. */
  messagesPerStep: 256,
} as const;

interface Pending {
  conversation_id: number;
  after_version: number;
  version: number;
}

interface ChangedMessage {
  id: string;
  conversation_id: number;
  seq: number;
  version: number;
  sender_id: number;
  content: string;
  created_at: number;
}

interface TakenIn {
  readonly id: number;
  readonly version: number;
  readonly isWhole: boolean;
}

const findPending = `select p.conversation_id, p.after_version, c.version from search_pending p
  join conversations c on c.id = p.conversation_id limit ${postgresIndexLimits.messagesPerStep}`;
/** Conversation by conversation, each in the order of its versions. */
const findChanged = `select m.* from json_to_recordset($1::text::json) as p(conversation_id bigint, after_version bigint)
  cross join lateral (
    select id, conversation_id, seq, version, sender_id, content, created_at from messages
    where conversation_id = p.conversation_id and version > p.after_version
    order by version limit ${postgresIndexLimits.messagesPerStep}
  ) as m limit ${postgresIndexLimits.messagesPerStep}`;
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

/**
 * Keeps the search index up to the log, as one of all that work on the database. Every change leaves its conversation in
 * `search_pending`, with the version the index has; a step takes in the messages that changed after it. [S11]
 * @returns true when that was all.
 */
export async function indexStep(connection: PostgresConnection): Promise<boolean> {
  await connection.query('begin');
  await connection.query('select pg_advisory_xact_lock($1::bigint)', [postgresLocks.index]);
  const isAll = await takeIn(connection.run);
  await connection.query('commit');
  return isAll;
}

async function takeIn(run: RunSql): Promise<boolean> {
  const pending = await run<Pending>(findPending, []);
  if (pending.length === 0) return true;
  const changed = await run<ChangedMessage>(findChanged, [JSON.stringify(pending)]);
  await writeDocuments(run, changed);
  const isCut = changed.length >= postgresIndexLimits.messagesPerStep;
  const taken = isCut ? takenOf(changed) : pending.map(wholeOf);
  await run(finish, [JSON.stringify(taken.filter(({ isWhole }) => isWhole))]);
  await run(advance, [JSON.stringify(taken)]);
  return !isCut && pending.length < postgresIndexLimits.messagesPerStep;
}

/** All of it was seen that there was when the step began; what came later is seen again by the next one. */
function wholeOf({ conversation_id: id, version }: Pending): TakenIn {
  return { id, version, isWhole: true };
}

/** A conversation of a step that was cut is taken in up to its last message here, and asked about once more. */
function takenOf(changed: readonly ChangedMessage[]): TakenIn[] {
  const versions = new Map(changed.map(({ conversation_id, version }) => [conversation_id, version]));
  return [...versions].map(([id, version]) => ({ id, version, isWhole: false }));
}

async function writeDocuments(run: RunSql, changed: readonly ChangedMessage[]): Promise<void> {
  const documents = changed.map(({ content, sender_id: senderId, ...row }) => ({
    ...row,
    words: vectorOf(searchableText(JSON.parse(content) as Content), { conversationId: row.conversation_id, senderId }),
  }));
  const [found, empty] = [documents.filter(({ words }) => words !== ''), documents.filter(({ words }) => words === '')];
  if (found.length > 0) await run(note, [JSON.stringify(found)]);
  if (empty.length > 0) await run(forget, [JSON.stringify(empty.map(({ id }) => id))]);
}
