import { ParleyError } from '@parley/protocol';
import {
  planAppend,
  planCommit,
  wantedBy,
  type CommitPlan,
  type FirstRow,
  type HeadRow,
  type PlaceRow,
} from './commit-plan.ts';
import { beginWrite, commitKnown, postgresLocks } from './postgres-transactions.ts';
import type { RunSql, ServerConnection } from './server-connection.ts';
import type { Writing } from './server-store.ts';
import type { AppendOutcome, CommitBatch, CommitOutcome, NewMessage } from './store.ts';

// Lists travel as one JSON parameter each, so that a statement has one text whatever the size of the batch. `lateral` and `any`
// have each of them looked up by its key: a join may be planned while the table is small, and then reads all of it for hours.
const share = 'select pg_advisory_xact_lock_shared($1::bigint), pg_current_xact_id()::text as xid';
/** In one order for everybody, so that two batches never wait for each other. */
const lockHeads = `select id, seq, version, last_message_at, changed_at from conversations
  where id = any(array(select json_array_elements_text($1::text::json)::bigint)) order by id for no key update`;
const findPlaces = `select m.* from json_to_recordset($1::text::json) as k(c bigint, u bigint)
  cross join lateral (
    select conversation_id, user_id, status, read_seq, delivered_seq from members
    where conversation_id = k.c and user_id = k.u limit 1
  ) as m`;
const findFirst = `select m.* from json_to_recordset($1::text::json) as k(c bigint, u bigint, m text)
  cross join lateral (
    select conversation_id, sender_id, client_msg_id, id, seq, first_version, created_at, body_hash from messages
    where client_msg_id = k.m and sender_id = k.u and conversation_id = k.c limit 1
  ) as m`;
const save = `with added as (
    insert into messages (conversation_id, seq, id, version, first_version, sender_id, client_msg_id, body_hash, content,
      reply_to, created_at)
    select conversation_id, seq, id, first_version, first_version, sender_id, client_msg_id, body_hash, content, reply_to,
      created_at
    from json_to_recordset($1::text::json) as x(conversation_id bigint, seq bigint, id text, first_version bigint,
      sender_id bigint, client_msg_id text, body_hash text, content text, reply_to bigint, created_at bigint)
  ), mentioned as (
    insert into mentions (user_id, conversation_id, seq)
    select user_id, conversation_id, seq
    from json_to_recordset($2::text::json) as x(user_id bigint, conversation_id bigint, seq bigint)
    on conflict do nothing
  ), heads as (
    select * from json_to_recordset($3::text::json) as x(id bigint, seq bigint, version bigint, last_message_at bigint,
      changed_at bigint, after_version bigint)
  ), raised as (
    update conversations as c set seq = x.seq, version = x.version, last_message_at = x.last_message_at,
      changed_at = x.changed_at
    from heads as x where c.id = x.id
  ), pending as (
    insert into search_pending (conversation_id, after_version) select id, after_version from heads
    on conflict do nothing
  )
  update members as m set read_seq = greatest(m.read_seq, x.read_seq),
    delivered_seq = greatest(m.delivered_seq, x.delivered_seq), changed_at = x.changed_at
  from json_to_recordset($4::text::json) as x(conversation_id bigint, user_id bigint, read_seq bigint,
    delivered_seq bigint, changed_at bigint)
  where m.conversation_id = x.conversation_id and m.user_id = x.user_id`;

/**
 * A batch in two round trips: begin, lock and look; then one statement that writes everything, and commit. On a busy machine
 * each costs a turn of every process that takes part.
 */
export function commitBatch(writing: Writing, batch: CommitBatch): Promise<CommitOutcome> {
  return writing.pool.use((connection) => transact(connection, writing, batch));
}

async function transact(connection: ServerConnection, { pool, mode }: Writing, batch: CommitBatch) {
  const [, shared, found] = await Promise.all([
    beginWrite(connection, mode),
    connection.query<{ readonly xid: string }>(share, [postgresLocks.changes]),
    findFor(connection.run, batch),
  ]);
  const plan = planCommit(batch, found);
  const saved = savePlan(connection.run, plan);
  if (mode.insideCommit !== undefined && mode.isCommitWatched?.() !== false) await saved.then(mode.insideCommit);
  await afterAll(saved, commitKnown(connection, pool, shared.rows[0]?.xid));
  return plan.outcome;
}

/** What went wrong while saving is said, unless it is not even known what the commit, sent along, has made. */
async function afterAll(saved: Promise<void>, committed: Promise<void>): Promise<void> {
  const [save, commit] = await Promise.allSettled([saved, committed]);
  if (save.status === 'rejected') throw isUndone(commit) ? save.reason : doubt(save.reason);
  if (commit.status === 'rejected') throw commit.reason;
}

function isUndone(commit: PromiseSettledResult<void>): boolean {
  if (commit.status === 'fulfilled') return false;
  return !(commit.reason instanceof ParleyError && commit.reason.code === 'deadline-exceeded');
}

function doubt(cause: unknown): ParleyError {
  return new ParleyError('deadline-exceeded', undefined, { cause });
}

/** Appends one message whoever its sender is, inside a transaction that has the changes to itself. */
export async function appendUnchecked(run: RunSql, message: NewMessage): Promise<AppendOutcome> {
  const plan = planAppend(message, await findFor(run, { messages: [message], cursors: [] }));
  await savePlan(run, plan);
  const [outcome] = plan.outcome.messages;
  if (outcome === undefined) throw new Error('A plan answers every message.');
  return outcome;
}

/** The statements run in this order, each seeing what was committed before the conversations were locked. */
async function findFor(run: RunSql, batch: CommitBatch) {
  const wanted = wantedBy(batch);
  const [heads, places, first] = await Promise.all([
    run<HeadRow>(lockHeads, [JSON.stringify(wanted.conversations)]),
    run<PlaceRow>(findPlaces, [JSON.stringify(wanted.places)]),
    run<FirstRow>(findFirst, [JSON.stringify(wanted.first)]),
  ]);
  return { heads, places, first };
}

async function savePlan(run: RunSql, { messages, mentions, heads, places }: CommitPlan): Promise<void> {
  if (messages.length + places.length === 0) return;
  await run(
    save,
    [messages, mentions, heads, places].map((rows) => JSON.stringify(rows)),
  );
}
