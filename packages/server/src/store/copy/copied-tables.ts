import type { Tables } from '../schema.ts';

/** A value as every engine gives it, and takes it. */
export type Value = number | string | null;
export type Row = Readonly<Record<string, Value>>;
/** What a row is found by, in the order of the table's key. */
export type Key = readonly Value[];

type KeysOf<Name extends keyof Tables> = readonly (keyof Tables[Name] & string)[];

/** The search index is not copied: each engine has its own, and makes it of the messages. */
type CopiedTables = { readonly [Name in Exclude<keyof Tables, 'search_pending'>]: KeysOf<Name> };

/** Tables that are copied, with their primary keys. A text stands last in its key, so that ranges of it need no equal texts. */
export const tableKeys = {
  users: ['id'],
  devices: ['id'],
  conversations: ['id'],
  members: ['conversation_id', 'user_id'],
  messages: ['conversation_id', 'seq'],
  revisions: ['conversation_id', 'seq', 'version'],
  reactions: ['conversation_id', 'seq', 'user_id', 'emoji'],
  mentions: ['user_id', 'conversation_id', 'seq'],
  hidden: ['user_id', 'conversation_id', 'seq'],
  blocks: ['user_id', 'blocked_id'],
  bans: ['conversation_id', 'user_id'],
  invites: ['code'],
  idempotency: ['user_id', 'key'],
  settings: ['name'],
} as const satisfies CopiedTables;

export type TableName = keyof typeof tableKeys;
export const tableNames = Object.keys(tableKeys) as readonly TableName[];

const textColumns: ReadonlySet<string> = new Set(['emoji', 'code', 'key', 'name']);

export interface Table {
  readonly name: TableName;
  readonly key: readonly string[];
  /** Whether the last column of the key is a text. */
  readonly hasTextKey: boolean;
}

export function tableOf(name: TableName): Table {
  const key: readonly string[] = tableKeys[name];
  return { name, key, hasTextKey: textColumns.has(key.at(-1) ?? '') };
}

export function keyOf({ key }: Table, row: Row): Key {
  return key.map((column) => row[column] ?? null);
}

/** Negative when `left` stands before `right` in the table: numbers by size, texts by their code points. */
export function compareKeys(left: Key, right: Key): number {
  for (const [index, value] of left.entries()) {
    const order = compareValues(value, right[index] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

function compareValues(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
}

/** The row as a text that is the same on every engine: its values in the order of the columns' names. */
export function textOf(row: Row): string {
  return JSON.stringify(
    Object.keys(row)
      .toSorted()
      .map((column) => row[column]),
  );
}
