import type { Transaction } from 'kysely';
import { createApi, type Api } from '../../src/api/api.ts';
import { createSeedRoutes } from '../../src/seed/seed-http.ts';
import { createSeedService } from '../../src/seed/seed-service.ts';
import type { Session } from '../../src/session.ts';
import type { Tables } from '../../src/store/schema.ts';
import { openTestLogic, type TestLogic } from '../test-logic.ts';

/** Who asks. `other device` is the member's second one; `ended device` was the member's, too; `muted` is a member otherwise. */
export const personas = [
  'owner',
  'admin',
  'member',
  'other device',
  'muted',
  'ex-member',
  'banned',
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

const authors = ['owner', 'admin', 'member', 'ex-member', 'target', 'muted'] as const;
type Author = (typeof authors)[number];

interface NewMember {
  readonly id: number;
  readonly userId: number;
  readonly role?: 'owner' | 'admin' | 'member';
  readonly status: 'active' | 'left' | 'banned';
  readonly mutedUntil?: number | null;
}

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
    const { rpc, log, store, presence, clock, queue } = test.ports;
    rpc.serve(
      'seed',
      createSeedService({ store, presence, rpc, clock, enqueue: (deliveries) => queue.enqueue(deliveries) }),
    );
    const seedRoutes = createSeedRoutes(rpc);
    this.api = createApi({ rpc, log, serverName: 'Test', serverVersion: '0.0.0', corsOrigins: [], seedRoutes });
  }

  static async open(): Promise<World> {
    const test = await openTestLogic();
    const signedIn = new Map<Persona, SignedIn>();
    for (const name of ['owner', 'admin', 'member', 'muted', 'ex-member', 'banned', 'stranger'] as const)
      signedIn.set(name, await test.signedIn(name));
    signedIn.set('guest', await test.signedIn('visitor', 'guest'));
    const { userId } = (signedIn.get('member') as SignedIn).session;
    signedIn.set('other device', await test.device(userId));
    const ended = await test.device(userId);
    await test.call('session.delete', {}, ended.session);
    signedIn.set('ended device', ended);
    const banned = (signedIn.get('banned') as SignedIn).session;
    const others = [await test.user('target'), await test.user('newcomer'), banned] as const;
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
      if (kind === 'direct') return id;
      await this.insertMember(tx, { id, userId: this.banned.userId, status: 'banned' });
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
        member_count: kind === 'direct' ? 2 : 5,
        changed_at: now,
        created_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return id;
  }

  private async insertMember(
    tx: Transaction<Tables>,
    { id, userId, role = 'member', status, mutedUntil = null }: NewMember,
  ): Promise<void> {
    const now = this.test.clock.now();
    const member = { conversation_id: id, user_id: userId, role, status, join_seq: 0, muted_until: mutedUntil };
    await tx
      .insertInto('members')
      .values({ ...member, joined_at: now, changed_at: now })
      .execute();
  }

  private async insertAuthor(
    tx: Transaction<Tables>,
    { id, author, seq }: { id: number; author: Author; seq: number },
  ): Promise<void> {
    const [now, userId] = [this.test.clock.now(), this.userOf(author)];
    const role = author === 'owner' || author === 'admin' ? author : 'member';
    const status = author === 'ex-member' ? 'left' : 'active';
    const mutedUntil = author === 'muted' ? now + 3_600_000 : null;
    await this.insertMember(tx, { id, userId, role, status, mutedUntil });
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
