import type { Content } from '@parley/protocol';
import { indexStepLimits, type ChangedMessage, type IndexStatements, type Pending } from './index-step.ts';
import { documentOf, tokensIn } from './mysql-documents.ts';
import { lockAlone, mySqlLocks } from './mysql-transactions.ts';
import { searchableText } from './searchable-text.ts';
import type { RunSql } from './server-connection.ts';

const findPending = `select p.conversation_id, p.after_version, c.version from search_pending as p
  join conversations as c on c.id = p.conversation_id limit ${indexStepLimits.messagesPerStep}`;
const findChanged = `select id, conversation_id, seq, version, sender_id, content, created_at from messages
  where conversation_id = ? and version > ? order by version limit ?`;
const findKnown = `select cast(d.id as char) as id, d.conversation_id, d.words from json_table(?, '$[*]' columns (id bigint path '$')) as k
  straight_join search_documents as d force index (primary) on d.id = k.id`;
const token = `json_table(?, '$[*]' columns (token varchar(44) character set utf8mb4 path '$[0]',
  conversation_id bigint path '$[1]', id bigint path '$[2]')) as x`;
const forgetTokens = `delete t from ${token} straight_join search_tokens as t force index (primary)
  on t.token = x.token and t.conversation_id = x.conversation_id and t.id = x.id`;
const forget = `delete d from json_table(?, '$[*]' columns (id bigint path '$')) as k
  straight_join search_documents as d force index (primary) on d.id = k.id`;
const noteTokens = `insert into search_tokens (token, conversation_id, id) select * from ${token}`;
const note = `insert into search_documents (id, conversation_id, seq, sender_id, created_at, words)
  select * from json_table(?, '$[*]' columns (id bigint path '$.id', conversation_id bigint path '$.conversation_id',
    seq bigint path '$.seq', sender_id bigint path '$.sender_id', created_at bigint path '$.created_at',
    words mediumtext character set utf8mb4 path '$.words')) as x`;
/**
 * A commit that is under way may count on the row of `search_pending` being there. It has its conversation locked, so a
 * conversation that can be locked, and still has the version that was taken in, has none. Nothing waits for a lock here, so
 * that nobody ever waits for us who waits for them.
 */
const lockQuiet = `select c.id from json_table(?, '$[*]' columns (id bigint path '$.id', version bigint path '$.version')) as x
  straight_join conversations as c force index (primary) on c.id = x.id
  where c.version <= x.version for update skip locked`;
const finish = `delete p from json_table(?, '$[*]' columns (id bigint path '$')) as k
  straight_join search_pending as p force index (primary) on p.conversation_id = k.id`;
const lockPending = `select p.conversation_id as id from json_table(?, '$[*]' columns (id bigint path '$.id')) as x
  straight_join search_pending as p force index (primary) on p.conversation_id = x.id for update skip locked`;
const advance = `update json_table(?, '$[*]' columns (id bigint path '$.id', version bigint path '$.version')) as x
  straight_join search_pending as p force index (primary) on p.conversation_id = x.id
  set p.after_version = greatest(p.after_version, x.version)`;

interface Document {
  readonly id: string;
  readonly conversation_id: number;
  readonly words: string;
}

export const mySqlIndex: IndexStatements = {
  begin: async (connection) => {
    await connection.query('start transaction');
    await connection.query(lockAlone, [mySqlLocks.index]);
  },
  findPending: (run) => run<Pending>(findPending, []),
  async findChanged(run, pending) {
    const changed: ChangedMessage[] = [];
    for (const { conversation_id, after_version } of pending) {
      const limit = indexStepLimits.messagesPerStep - changed.length;
      if (limit === 0) break;
      changed.push(...(await run<ChangedMessage>(findChanged, [conversation_id, after_version, limit])));
    }
    return changed;
  },
  async write(run, changed) {
    const ids = JSON.stringify(changed.map(({ id }) => id));
    const known = await run<Document>(findKnown, [ids]);
    if (known.length > 0) {
      await run(forgetTokens, [JSON.stringify(known.flatMap(rowsOf))]);
      await run(forget, [ids]);
    }
    await writeDocuments(run, changed);
  },
  async finish(run, taken) {
    const quiet = await run<{ readonly id: number }>(lockQuiet, [JSON.stringify(taken)]);
    if (quiet.length > 0) await run(finish, [JSON.stringify(quiet.map(({ id }) => id))]);
  },
  async advance(run, taken) {
    const locked = new Set(
      (await run<{ readonly id: number }>(lockPending, [JSON.stringify(taken)])).map(({ id }) => id),
    );
    const ours = taken.filter(({ id }) => locked.has(id));
    if (ours.length > 0) await run(advance, [JSON.stringify(ours)]);
  },
};

async function writeDocuments(run: RunSql, changed: readonly ChangedMessage[]): Promise<void> {
  const documents = changed
    .map(({ content, ...row }) => ({ ...row, words: documentOf(searchableText(JSON.parse(content) as Content)) }))
    .filter(({ words }) => words !== '');
  if (documents.length === 0) return;
  await run(note, [JSON.stringify(documents)]);
  await run(noteTokens, [JSON.stringify(documents.flatMap(rowsOf))]);
}

function rowsOf({ id, conversation_id, words }: Document): (readonly [string, number, string])[] {
  return tokensIn(words).map((token) => [token, conversation_id, id]);
}
