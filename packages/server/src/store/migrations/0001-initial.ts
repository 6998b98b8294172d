import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Tables } from '../schema.ts';
import { keyText, longText, required, startIdsAt, withDefault, withId, type Engine } from './engine.ts';

type Db = Kysely<unknown>;

/** Rooms that clients of the seed name by number have ids up to here; all other conversations get larger ones. */
const seedRoomIdMax = 10_000;

/**
 * The tables of `schema.ts` and the lobby. There are no foreign keys: logic never removes what is referred to, and they would
 * cost look-ups for each message.
 */
export function initial(engine: Engine): Migration {
  return {
    up: async (db: Db) => {
      await createAccounts(db, engine);
      await createConversations(db, engine);
      await createMembers(db);
      await createMessages(db, engine);
      await createMarks(db);
      await createRest(db, engine);
      if (engine === 'mysql') await createWriting(db);
      await createLobby(db);
      await startIdsAt(db, engine, { table: 'conversations', first: seedRoomIdMax + 1 });
    },
  };
}

async function createAccounts(db: Db, engine: Engine): Promise<void> {
  await withId(db.schema.createTable('users'), engine)
    .addColumn('name', 'varchar(64)', required)
    .addColumn('name_key', keyText(engine, 128), (column) => column.notNull().unique())
    .addColumn('display_name', 'varchar(128)', required)
    .addColumn('kind', 'varchar(16)', required)
    .addColumn('bio', 'varchar(600)', withDefault(''))
    .addColumn('avatar', 'varchar(255)')
    .addColumn('password_hash', 'varchar(255)')
    .addColumn('is_admin', 'smallint', withDefault(0))
    .addColumn('status', 'varchar(16)', withDefault('active'))
    .addColumn('last_seen_visibility', 'varchar(16)', withDefault('everyone'))
    .addColumn('direct_policy', 'varchar(16)', withDefault('everyone'))
    .addColumn('last_seen_at', 'bigint')
    .addColumn('created_at', 'bigint', required)
    .execute();
  await withId(db.schema.createTable('devices'), engine)
    .addColumn('user_id', 'bigint', required)
    .addColumn('token_hash', 'varchar(64)', (column) => column.notNull().unique())
    .addColumn('platform', 'varchar(16)', required)
    .addColumn('name', 'varchar(128)', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('last_used_at', 'bigint', required)
    .addColumn('expires_at', 'bigint', required)
    .execute();
  await db.schema.createIndex('devices_by_user').on('devices').columns(['user_id']).execute();
}

async function createConversations(db: Db, engine: Engine): Promise<void> {
  await withId(db.schema.createTable('conversations'), engine)
    .addColumn('kind', 'varchar(16)', required)
    .addColumn('title', 'varchar(255)', required)
    .addColumn('topic', 'varchar(1024)', withDefault(''))
    .addColumn('avatar', 'varchar(255)')
    .addColumn('owner_id', 'bigint')
    .addColumn('is_listed', 'smallint', withDefault(0))
    .addColumn('direct_key', 'varchar(40)', (column) => column.unique())
    .addColumn('seq', 'bigint', withDefault(0))
    .addColumn('version', 'bigint', withDefault(0))
    .addColumn('meta_version', 'bigint', withDefault(0))
    .addColumn('min_seq', 'bigint', withDefault(1))
    .addColumn('member_count', 'bigint', withDefault(0))
    .addColumn('last_message_at', 'bigint', withDefault(0))
    .addColumn('changed_at', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .execute();
  // Without `changed_at`: it changes with every commit, and the index would, too.
  const listed = db.schema.createIndex('conversations_listed').on('conversations').columns(['is_listed', 'id']);
  await (engine === 'mysql' ? listed : listed.where(sql.ref('is_listed'), '=', sql.lit(1))).execute();
}

async function createMembers(db: Db): Promise<void> {
  await db.schema
    .createTable('members')
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('user_id', 'bigint', required)
    .addColumn('role', 'varchar(16)', required)
    .addColumn('status', 'varchar(16)', required)
    .addColumn('join_seq', 'bigint', required)
    .addColumn('read_seq', 'bigint', withDefault(0))
    .addColumn('delivered_seq', 'bigint', withDefault(0))
    .addColumn('muted_until', 'bigint')
    .addColumn('notify', 'varchar(16)', withDefault('all'))
    .addColumn('joined_at', 'bigint', required)
    .addColumn('changed_at', 'bigint', required)
    .addPrimaryKeyConstraint('members_key', ['conversation_id', 'user_id'])
    .execute();
  await db.schema.createIndex('members_by_user').on('members').columns(['user_id', 'status']).execute();
  // Member lists come by role and joining in pages, so that a huge room is never sorted.
  await db.schema
    .createIndex('members_by_role')
    .on('members')
    .columns(['conversation_id', 'status', 'role', 'joined_at', 'user_id'])
    .execute();
}

async function createMessages(db: Db, engine: Engine): Promise<void> {
  await db.schema
    .createTable('messages')
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('seq', 'bigint', required)
    .addColumn('id', 'varchar(20)', required)
    .addColumn('version', 'bigint', required)
    .addColumn('first_version', 'bigint', required)
    .addColumn('sender_id', 'bigint', required)
    .addColumn('client_msg_id', 'varchar(64)', required)
    .addColumn('body_hash', 'varchar(64)', required)
    .addColumn('content', longText(engine), required)
    .addColumn('reply_to', 'bigint')
    .addColumn('reactions', longText(engine))
    .addColumn('created_at', 'bigint', required)
    .addColumn('edited_at', 'bigint')
    .addPrimaryKeyConstraint('messages_key', ['conversation_id', 'seq'])
    // The client's id first: those that begin with the time, as our SDK's do, all land on the same few pages of the index,
    // where a page for each sender and conversation would double what a commit writes.
    .addUniqueConstraint('messages_once', ['client_msg_id', 'sender_id', 'conversation_id'])
    .addUniqueConstraint('messages_version', ['conversation_id', 'version'])
    .execute();
  await db.schema
    .createTable('revisions')
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('seq', 'bigint', required)
    .addColumn('version', 'bigint', required)
    .addColumn('content', longText(engine), required)
    .addColumn('replaced_at', 'bigint', required)
    .addPrimaryKeyConstraint('revisions_key', ['conversation_id', 'seq', 'version'])
    .execute();
}

/** What single users do to single messages. */
async function createMarks(db: Db): Promise<void> {
  await db.schema
    .createTable('reactions')
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('seq', 'bigint', required)
    .addColumn('user_id', 'bigint', required)
    .addColumn('emoji', 'varchar(64)', required)
    .addColumn('created_at', 'bigint', required)
    .addPrimaryKeyConstraint('reactions_key', ['conversation_id', 'seq', 'user_id', 'emoji'])
    .execute();
  for (const name of ['mentions', 'hidden']) {
    await db.schema
      .createTable(name)
      .addColumn('user_id', 'bigint', required)
      .addColumn('conversation_id', 'bigint', required)
      .addColumn('seq', 'bigint', required)
      .addPrimaryKeyConstraint(`${name}_key`, ['user_id', 'conversation_id', 'seq'])
      .execute();
  }
}

async function createRest(db: Db, engine: Engine): Promise<void> {
  await db.schema
    .createTable('blocks')
    .addColumn('user_id', 'bigint', required)
    .addColumn('blocked_id', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .addPrimaryKeyConstraint('blocks_key', ['user_id', 'blocked_id'])
    .execute();
  await db.schema
    .createTable('bans')
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('user_id', 'bigint', required)
    .addColumn('reason', 'varchar(1024)', required)
    .addColumn('banned_by', 'bigint', required)
    .addColumn('banned_at', 'bigint', required)
    .addPrimaryKeyConstraint('bans_key', ['conversation_id', 'user_id'])
    .execute();
  await db.schema
    .createTable('invites')
    .addColumn('code', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('conversation_id', 'bigint', required)
    .addColumn('created_by', 'bigint', required)
    .addColumn('created_at', 'bigint', required)
    .addColumn('expires_at', 'bigint')
    .addColumn('max_uses', 'bigint')
    .addColumn('uses', 'bigint', withDefault(0))
    .execute();
  await db.schema
    .createIndex('invites_by_conversation')
    .on('invites')
    .columns(['conversation_id', 'created_at'])
    .execute();
  await createSmall(db, engine);
}

async function createSmall(db: Db, engine: Engine): Promise<void> {
  await db.schema
    .createTable('idempotency')
    .addColumn('user_id', 'bigint', required)
    .addColumn('key', 'varchar(255)', required)
    .addColumn('request_hash', 'varchar(64)', required)
    .addColumn('response', longText(engine), required)
    .addColumn('created_at', 'bigint', required)
    .addPrimaryKeyConstraint('idempotency_key', ['user_id', 'key'])
    .execute();
  await db.schema.createIndex('idempotency_by_age').on('idempotency').columns(['created_at']).execute();
  await db.schema
    .createTable('settings')
    .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
    .addColumn('value', longText(engine), required)
    .execute();
}

/** MySQL: rows that writers lock, and one for each connection that has written, with the number of its last transaction. */
async function createWriting(db: Db): Promise<void> {
  await db.schema
    .createTable('store_locks')
    .addColumn('name', 'varchar(16)', (column) => column.primaryKey())
    .execute();
  await sql`insert into store_locks (name) values ('changes'), ('index')`.execute(db);
  await db.schema
    .createTable('store_writers')
    .addColumn('id', 'varchar(36)', (column) => column.primaryKey())
    .addColumn('number', 'bigint', required)
    .execute();
}

/** Conversation 1, the room everyone finds first. */
async function createLobby(db: Kysely<Tables>): Promise<void> {
  const now = Date.now();
  await db
    .insertInto('conversations')
    .values({ id: 1, kind: 'room', title: 'Lobby', is_listed: 1, owner_id: null, changed_at: now, created_at: now })
    .execute();
}
