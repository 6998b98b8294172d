import type { Statement } from 'bun:sqlite';
import type { Content } from '@parley/protocol';
import { tokensOf } from './search-tokens.ts';
import { searchableText } from './searchable-text.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

export const indexLimits = {
  /** Changed messages one step takes in: about 10 ms, in which nothing else is written. */
  messagesPerStep: 256,
  /** See `indexInSteps`. */
  restPerStep: 3,
} as const;

interface Pending {
  conversation_id: number;
  after_version: number;
  version: number;
}

interface ChangedMessage {
  id: string;
  seq: number;
  version: number;
  sender_id: number;
  content: string;
  created_at: number;
}

/**
 * Keeps the search index up to the log. Every change leaves its conversation in `search_pending`, with the version the index
 * has; a step takes in the messages that changed after it, edited and recalled ones too. The caller begins and commits. [S11]
 */
export class SqliteIndex {
  private readonly pending: Statement<Pending>;
  private readonly changed: Statement<ChangedMessage>;
  private readonly forget: Statement;
  private readonly erase: Statement;
  private readonly note: Statement;
  private readonly insert: Statement;
  private readonly advance: Statement;
  private readonly finish: Statement;

  constructor({ database }: SqliteConnection) {
    this.pending = database.prepare(`select p.conversation_id, p.after_version, c.version from search_pending p
      join conversations c on c.id = p.conversation_id limit ?`);
    this.changed = database.prepare(`select id, seq, version, sender_id, content, created_at from messages
      where conversation_id = ? and version > ? order by version limit ?`);
    this.forget = database.prepare('delete from search_documents where id = cast(? as integer)');
    this.erase = database.prepare('delete from search_index where rowid = cast(? as integer)');
    this.note = database.prepare(
      'insert into search_documents (id, conversation_id, seq, created_at) values (cast(? as integer), ?, ?, ?)',
    );
    this.insert = database.prepare(
      'insert into search_index (rowid, words, letters, place) values (cast(? as integer), ?, ?, ?)',
    );
    this.advance = database.prepare('update search_pending set after_version = ? where conversation_id = ?');
    this.finish = database.prepare('delete from search_pending where conversation_id = ?');
  }

  /** Takes in one step's worth; true when that was all. */
  step(): boolean {
    let left: number = indexLimits.messagesPerStep;
    const waiting = this.pending.all(left);
    for (const conversation of waiting) {
      left -= this.takeIn(conversation, left);
      if (left <= 0) return false;
    }
    return waiting.length < indexLimits.messagesPerStep;
  }

  private takeIn({ conversation_id: id, after_version: after, version }: Pending, limit: number): number {
    const rows = this.changed.all(id, after, limit);
    for (const row of rows) this.replace(id, row);
    const last = rows.length < limit ? version : (rows.at(-1)?.version ?? version);
    if (last < version) this.advance.run(last, id);
    else this.finish.run(id);
    return Math.max(1, rows.length);
  }

  private replace(conversationId: number, row: ChangedMessage): void {
    if (this.forget.run(row.id).changes > 0) this.erase.run(row.id);
    const { words, letters } = tokensOf(searchableText(JSON.parse(row.content) as Content));
    if (words.length + letters.length === 0) return;
    this.note.run(row.id, conversationId, row.seq, row.created_at);
    this.insert.run(row.id, words.join(' '), letters.join(' '), `c${conversationId} u${row.sender_id}`);
  }
}
