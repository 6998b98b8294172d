import type { Transaction } from 'kysely';
import { createApi, type Api } from '../../src/api/api.ts';
import type { Session } from '../../src/session.ts';
import type { Tables } from '../../src/store/schema.ts';
import { openTestLogic, type TestLogic } from '../test-logic.ts';

/** Who asks. `other device` is the member's second one; `ended device` was the member's, too. */
export const personas = [
  'owner',
  'admin',
  'member',
  'other device',
  'ex-member',
  'stranger',
  'guest',
  'ended device',
  'anonymous',
] as const;
export type Persona = (typeof personas)[number];

/** `hidden` is a room that is not listed. */
export const kinds = ['group', 'room', 'hidden', 'channel', 'direct'] as const;
export type Kind = (typeof kinds)[number];

export interface SignedIn {
  readonly session: Session;
  readonly token: string;
}

/** One conversation with a message of everyone who is or was in it. */
export interface Place {
  readonly id: number;
  readonly kind: Kind;
  /** Of an invitation that the owner made. */
  readonly code: string;
  seqOf(author: Author): number;
}

const authors = ['owner', 'admin', 'member', 'ex-member', 'target'] as const;
type Author = (typeof authors)[number];

/** Everyone there is, and `logic` and `api` around them. */
export class World implements AsyncDisposable {
  readonly test: TestLogic;
  readonly api: Api;
  readonly signedIn: ReadonlyMap<Persona, SignedIn>;
  /** A plain member whom others act upon. */
  readonly target: Session;
  /** Somebody who is nowhere yet. */
  readonly newcomer: Session;
  /** Somebody who is banned everywhere. */
  readonly banned: Session;
  private made = 0;

  private constructor(
    test: TestLogic,
    people: { signedIn: ReadonlyMap<Persona, SignedIn>; others: readonly [Session, Session, Session] },
  ) {
    this.test = test;
    this.signedIn = people.signedIn;
    [this.target, this.newcomer, this.banned] = people.others;
    const { rpc, log } = test.ports;
    this.api = createApi({ rpc, log, serverName: 'Test', serverVersion: '0.0.0', corsOrigins: [] });
  }

  static async open(): Promise<World> {
    const test = await openTestLogic();
    const signedIn = new Map<Persona, SignedIn>();
    for (const name of ['owner', 'admin', 'member', 'ex-member', 'stranger'] as const)
      signedIn.set(name, await test.signedIn(name));
    signedIn.set('guest', await test.signedIn('visitor', 'guest'));
    const { userId } = (signedIn.get('member') as SignedIn).session;
    signedIn.set('other device', await test.device(userId));
    const ended = await test.device(userId);
    await test.call('session.delete', {}, ended.session);
    signedIn.set('ended device', ended);
    const others = [await test.user('target'), await test.user('newcomer'), await test.user('banned')] as const;
    return new World(test, { signedIn, others });
  }

  session(persona: Persona): Session {
    const found = this.signedIn.get(persona);
    if (found === undefined) throw new Error(`${persona} has no session.`);
    return found.session;
  }

  /** A device of the persona that may be used up; a guest is a new one. */
  async disposable(persona: Persona): Promise<SignedIn | undefined> {
    const found = this.signedIn.get(persona);
    if (found === undefined || persona === 'ended device') return found;
    if (persona === 'guest') return await this.test.signedIn(`visitor${++this.made}`, 'guest');
    return await this.test.device(found.session.userId);
  }

  /** A new place of a kind. Written at once, because thousands are needed. */
  async place(kind: Kind): Promise<Place> {
    const { store } = this.test.ports;
    const present = kind === 'direct' ? (['member', 'target'] as const) : authors;
    const code = `code-${++this.made}`;
    const id = await store.write(async (tx) => {
      const id = await this.insertConversation(tx, kind, present.length);
      for (const [index, author] of present.entries()) await this.insertAuthor(tx, { id, author, seq: index + 1 });
      const now = this.test.clock.now();
      const invite = { code, conversation_id: id, created_by: this.userOf('owner'), created_at: now };
      await tx
        .insertInto('invites')
        .values({ ...invite, expires_at: null, max_uses: null })
        .execute();
      const ban = { conversation_id: id, user_id: this.banned.userId, banned_by: this.userOf('owner') };
      await tx
        .insertInto('bans')
        .values({ ...ban, reason: '', banned_at: now })
        .execute();
      return id;
    });
    return { id, kind, code, seqOf: (author) => (present as readonly Author[]).indexOf(author) + 1 };
  }

  /** Everything durable of a place: a refusal must leave it as it was. */
  async stateOf({ id }: Place): Promise<string> {
    const { db } = this.test.ports.store;
    const of = (table: 'members' | 'messages' | 'invites' | 'bans' | 'hidden' | 'reactions') =>
      db.selectFrom(table).selectAll().where('conversation_id', '=', id).execute();
    const conversation = db.selectFrom('conversations').selectAll().where('id', '=', id).execute();
    const rows = await Promise.all([
      conversation,
      ...(['members', 'messages', 'invites', 'bans', 'hidden', 'reactions'] as const).map(of),
    ]);
    return JSON.stringify(rows);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.test[Symbol.asyncDispose]();
  }

  private userOf(author: Author): number {
    return author === 'target' ? this.target.userId : this.session(author).userId;
  }

  private async insertConversation(tx: Transaction<Tables>, kind: Kind, messages: number): Promise<number> {
    const now = this.test.clock.now();
    const pair = [this.userOf('member'), this.userOf('target')].toSorted((a, b) => a - b);
    const { id } = await tx
      .insertInto('conversations')
      .values({
        kind: kind === 'hidden' ? 'room' : kind,
        title: kind === 'direct' ? '' : 'A place',
        avatar: null,
        owner_id: kind === 'direct' ? null : this.userOf('owner'),
        is_listed: kind === 'room' || kind === 'channel' ? 1 : 0,
        // Each test of a direct gets one of its own.
        direct_key: kind === 'direct' ? `${pair.join(':')}#${++this.made}` : null,
        seq: messages,
        version: messages,
        member_count: kind === 'direct' ? 2 : 4,
        changed_at: now,
        created_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  private async insertAuthor(
    tx: Transaction<Tables>,
    { id, author, seq }: { id: number; author: Author; seq: number },
  ): Promise<void> {
    const [now, userId] = [this.test.clock.now(), this.userOf(author)];
    const role = author === 'owner' || author === 'admin' ? author : 'member';
    const status = author === 'ex-member' ? 'left' : 'active';
    const member = { conversation_id: id, user_id: userId, role, status, join_seq: 0, muted_until: null } as const;
    await tx
      .insertInto('members')
      .values({ ...member, joined_at: now, changed_at: now })
      .execute();
    const message = {
      conversation_id: id,
      seq,
      version: seq,
      first_version: seq,
      sender_id: userId,
      id: this.test.ports.nextId(),
    };
    const body = {
      client_msg_id: `of-${author.replace(' ', '-')}`,
      body_hash: '',
      content: '{"type":"text","text":"hello"}',
    };
    const rest = { reply_to: null, reactions: null, edited_at: null, created_at: now };
    await tx
      .insertInto('messages')
      .values({ ...message, ...body, ...rest })
      .execute();
  }
}
