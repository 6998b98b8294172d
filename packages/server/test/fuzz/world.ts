import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { parley } from '../run-parley.ts';
import { ServerProcess } from '../server-process.ts';
import { http } from '../socket-client.ts';
import type { Role } from './request.ts';
import type { Pool } from './values.ts';

interface SignedIn {
  readonly token: string;
  readonly account: { readonly id: number };
}

export const password = 'correct horse battery';

/** A server with something of everything in it, and somebody of each role. */
export class FuzzWorld implements AsyncDisposable {
  readonly server: ServerProcess;
  private readonly people: People;
  private readonly tokens: Map<Role, string>;
  private rounds = 0;

  private constructor(server: ServerProcess, people: People) {
    this.server = server;
    this.people = people;
    const { member, administrator, guest } = people;
    this.tokens = new Map([
      ['member', member.token],
      ['administrator', administrator.token],
      ['guest', guest.token],
    ]);
  }

  static async open(): Promise<FuzzWorld> {
    const server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
    const register = (userName: string) => call<SignedIn>(server, '/accounts', { body: { userName, password } });
    const [member, administrator, other] = [
      await register('member'),
      await register('administrator'),
      await register('other'),
    ];
    await parley(['user', 'make-administrator', 'administrator'], { env: server.settings });
    const guest = await call<SignedIn>(server, '/guests', { body: {} });
    return new FuzzWorld(server, { member, administrator, other, guest });
  }

  token(role: Role): string | undefined {
    return this.tokens.get(role);
  }

  /** New conversations of the member's with something in them, and the names of all there is: requests use things up. */
  async furnish(): Promise<Pool> {
    const token = this.tokens.get('member') ?? '';
    const friend = (await call<SignedIn>(this.server, '/guests', { body: {} })).account.id;
    const places = await Promise.all(
      ['group', 'room', 'channel'].map((kind) => this.place(kind, { token, memberIds: [friend] })),
    );
    await call(this.server, '/conversations/1/join', { token, method: 'POST' });
    const devices = await call<{ items: readonly { id: number }[] }>(this.server, '/devices', { token });
    const users = [friend, ...Object.values(this.people).map(({ account }) => account.id)];
    return { ...poolOf(places, users, ++this.rounds), deviceId: [...devices.items.map(({ id }) => id), 999_999] };
  }

  /** Some requests end the very session they are asked with: then there is a new one of the same role. */
  async renew(role: Role): Promise<void> {
    const token = this.tokens.get(role);
    if (token === undefined || (await isFit(this.server, token, role))) return;
    const signedIn = await (role === 'guest'
      ? call<SignedIn>(this.server, '/guests', { body: {} })
      : this.signIn(role).catch(() => this.resetPassword(role)));
    this.tokens.set(role, signedIn.token);
  }

  /** Whether anything was logged as a defect. */
  async defects(): Promise<readonly string[]> {
    const log = await Bun.file(join(this.server.dataDir, 'parley.log')).text();
    return log.split('\n').filter((line) => line.includes('"level":50'));
  }

  /** The store is whole. */
  integrity(): unknown {
    using database = new Database(join(this.server.dataDir, 'parley.sqlite'), { readonly: true });
    return database.query('pragma integrity_check').get();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }

  private signIn(userName: string): Promise<SignedIn> {
    return call<SignedIn>(this.server, '/sessions', { body: { userName, password } });
  }

  /** A request may have chosen a new one. */
  private async resetPassword(userName: string): Promise<SignedIn> {
    await parley(['user', 'reset-password', userName], { env: this.server.settings, input: `${password}\n` });
    return this.signIn(userName);
  }

  /** A conversation with another member, messages of the owner, and an invitation. */
  private async place(
    kind: string,
    { token, memberIds }: { readonly token: string; readonly memberIds: readonly number[] },
  ): Promise<Place> {
    const body = { kind, title: `A ${kind}`, memberIds };
    const { id } = (await call<{ conversation: { id: number } }>(this.server, '/conversations', { token, body }))
      .conversation;
    for (const clientMsgId of ['a', 'b', 'c'])
      await call(this.server, `/conversations/${id}/messages`, {
        token,
        body: { clientMsgId, content: { type: 'text', text: `hello ${clientMsgId}` } },
      });
    const { invite } = await call<{ invite: { code: string } }>(this.server, `/conversations/${id}/invites`, {
      token,
      body: {},
    });
    return { id, code: invite.code };
  }
}

interface Place {
  readonly id: number;
  readonly code: string;
}
type People = Readonly<Record<'member' | 'administrator' | 'other' | 'guest', SignedIn>>;

function call<T>(server: ServerProcess, path: string, options: Parameters<typeof http>[1] = {}): Promise<T> {
  return http<T>(`${server.apiUrl}${path}`, options);
}

/** Whether the token is one of the role still: a guest may have become an account. */
async function isFit(server: ServerProcess, token: string, role: Role): Promise<boolean> {
  const answer = await fetch(`${server.apiUrl}/me`, { headers: { authorization: `Bearer ${token}` } });
  const { account } = (await answer.json()) as { account?: { kind: string } };
  return account !== undefined && (role === 'guest') === (account.kind === 'guest');
}

/** Names of what there is and of what there is not, by the fields that carry them. */
function poolOf(places: readonly Place[], users: readonly number[], round: number): Pool {
  const seqs = [2, 3, 4];
  return {
    conversationId: [...places.map(({ id }) => id), ...places.map(({ id }) => id), 1, 999_999],
    code: [...places.map(({ code }) => code), 'nothing'],
    userId: [...users, 999_999],
    userIds: [users, users.slice(0, 1), [999_999]],
    memberIds: [[], users.slice(0, 1)],
    ...Object.fromEntries(
      ['seq', 'replyTo', 'readSeq', 'deliveredSeq', 'before', 'after', 'around'].map((name) => [name, seqs]),
    ),
    limit: [1, 10, 50],
    emoji: ['👍', '❤️', 'x'],
    userName: ['member', 'other', 'nobody', `new-${round}-1`, `new-${round}-2`],
    password: [password, password, 'wrong wrong wrong'],
    currentPassword: [password, 'wrong wrong wrong'],
    newPassword: [password],
    clientMsgId: ['a', 'new-1', 'new-2', 'new-3', 'new-4'],
    content: [
      { type: 'text', text: 'hello' },
      { type: 'custom', data: { a: [1, null, 'x'] } },
    ],
    query: ['hello', 'mem', 'A'],
    role: ['admin', 'member'],
  };
}
