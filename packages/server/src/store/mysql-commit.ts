import {
  planAppend,
  planCommit,
  wantedBy,
  type CommitPlan,
  type FirstRow,
  type Found,
  type HeadRow,
  type PlaceRow,
  type PlannedMessage,
} from './commit-plan.ts';
import { beginWrite, commitKnown, lockShared, mySqlLocks } from './mysql-transactions.ts';
import type { RunSql, ServerConnection } from './server-connection.ts';
import type { Writing } from './server-store.ts';
import type { AppendOutcome, CommitBatch, CommitOutcome, NewMessage } from './store.ts';

/** Of the messages of one statement, about: a server takes 16 MB unless it is told otherwise, and Bun sends no more. */
const statementCharsMax = 1_000_000;

// Lists travel as one JSON parameter each, so that a statement has one text whatever the size of the batch. Texts
// in it would have the character set of the database, whatever that is.
/** In the order of the list, the same for everybody, so that two batches never wait for each other. */
const lockHeads = `select c.id, c.seq, c.version, c.last_message_at, c.changed_at
  from json_table(?, '$[*]' columns (id bigint path '$')) as k
  straight_join conversations as c force index (primary) on c.id = k.id for update`;
const findPlaces = `select m.conversation_id, m.user_id, m.status, m.read_seq, m.delivered_seq
  from json_table(?, '$[*]' columns (c bigint path '$.c', u bigint path '$.u')) as k
  straight_join members as m force index (primary) on m.conversation_id = k.c and m.user_id = k.u`;
const findFirst = `select m.conversation_id, m.sender_id, m.client_msg_id, m.id, m.seq, m.first_version, m.created_at,
  m.body_hash
  from json_table(?, '$[*]' columns (c bigint path '$.c', u bigint path '$.u',
    m varchar(64) character set utf8mb4 path '$.m')) as k
  straight_join messages as m force index (messages_once)
    on m.client_msg_id = k.m and m.sender_id = k.u and m.conversation_id = k.c`;
const saveMessages = `insert into messages (conversation_id, seq, id, version, first_version, sender_id, client_msg_id,
  body_hash, content, reply_to, created_at)
  select c, seq, id, version, version, sender_id, client_msg_id, body_hash, content, reply_to, created_at
  from json_table(?, '$[*]' columns (c bigint path '$.conversation_id', seq bigint path '$.seq',
    id varchar(20) character set utf8mb4 path '$.id', version bigint path '$.first_version',
    sender_id bigint path '$.sender_id', client_msg_id varchar(64) character set utf8mb4 path '$.client_msg_id',
    body_hash varchar(64) character set utf8mb4 path '$.body_hash',
    content mediumtext character set utf8mb4 path '$.content', reply_to bigint path '$.reply_to',
    created_at bigint path '$.created_at')) as x`;
const saveMentions = `insert into mentions (user_id, conversation_id, seq) select u, c, s
  from json_table(?, '$[*]' columns (u bigint path '$.user_id', c bigint path '$.conversation_id', s bigint path '$.seq'))
  as x`;
const heads = `json_table(?, '$[*]' columns (id bigint path '$.id', seq bigint path '$.seq',
  version bigint path '$.version', last_message_at bigint path '$.last_message_at',
  changed_at bigint path '$.changed_at', after_version bigint path '$.after_version')) as x`;
const saveHeads = `update ${heads} straight_join conversations as c force index (primary) on c.id = x.id
  set c.seq = x.seq, c.version = x.version, c.last_message_at = x.last_message_at, c.changed_at = x.changed_at`;
const savePending = `insert into search_pending (conversation_id, after_version) select id, x.after_version from ${heads}
  on duplicate key update search_pending.after_version = search_pending.after_version`;
const savePlaces = `update json_table(?, '$[*]' columns (c bigint path '$.conversation_id', u bigint path '$.user_id',
  read_seq bigint path '$.read_seq', delivered_seq bigint path '$.delivered_seq',
  changed_at bigint path '$.changed_at')) as x
  straight_join members as m force index (primary) on m.conversation_id = x.c and m.user_id = x.u
  set m.read_seq = greatest(m.read_seq, x.read_seq), m.delivered_seq = greatest(m.delivered_seq, x.delivered_seq),
    m.changed_at = x.changed_at`;

export function commitBatch(writing: Writing, batch: CommitBatch): Promise<CommitOutcome> {
  return writing.pool.use((connection) => transact(connection, writing, batch));
}

async function transact(connection: ServerConnection, { pool, mode }: Writing, batch: CommitBatch) {
  await beginWrite(connection, mode);
  await connection.query(lockShared, [mySqlLocks.changes]);
  const plan = planCommit(batch, await findFor(connection.run, batch));
  await savePlan(connection.run, plan);
  mode.insideCommit?.();
  await commitKnown(connection, pool);
  return plan.outcome;
}

/** Appends one message whoever its sender is, inside a transaction that has the changes to itself. */
export async function appendUnchecked(run: RunSql, message: NewMessage): Promise<AppendOutcome> {
  const plan = planAppend(message, await findFor(run, { messages: [message], cursors: [] }));
  await savePlan(run, plan);
  const [outcome] = plan.outcome.messages;
  if (outcome === undefined) throw new Error('A plan answers every message.');
  return outcome;
}

/** Each statement sees what was committed before the conversations were locked. */
async function findFor(run: RunSql, batch: CommitBatch): Promise<Found> {
  const wanted = wantedBy(batch);
  const heads = await run<HeadRow>(lockHeads, [JSON.stringify(wanted.conversations)]);
  const places = await run<PlaceRow>(findPlaces, [JSON.stringify(wanted.places)]);
  const first = wanted.first.length === 0 ? [] : await run<FirstRow>(findFirst, [JSON.stringify(wanted.first)]);
  return { heads, places, first };
}

async function savePlan(run: RunSql, { messages, mentions, heads, places }: CommitPlan): Promise<void> {
  for (const rows of statementsOf(messages)) await run(saveMessages, [rows]);
  if (mentions.length > 0) await run(saveMentions, [JSON.stringify(mentions)]);
  if (heads.length > 0) {
    await run(saveHeads, [JSON.stringify(heads)]);
    await run(savePending, [JSON.stringify(heads)]);
  }
  if (places.length > 0) await run(savePlaces, [JSON.stringify(places)]);
}

/** The rows as JSON, as few lists as there may be. */
function statementsOf(messages: readonly PlannedMessage[]): string[] {
  const lists: string[][] = [];
  let chars = Infinity;
  for (const message of messages) {
    const row = JSON.stringify(message);
    chars += row.length;
    if (chars > statementCharsMax) {
      lists.push([]);
      chars = row.length;
    }
    lists.at(-1)?.push(row);
  }
  return lists.map((rows) => `[${rows.join(',')}]`);
}
