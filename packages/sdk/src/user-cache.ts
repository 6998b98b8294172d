import { limits, ParleyError, type ParamsInput, type User } from '@parley/protocol';
import type { CallOptions, Live, Page, Users } from './contract.ts';
import type { Core } from './core.ts';
import { Value } from './value.ts';

/** Users kept in memory; those looked at longest ago give way. */
const usersMax = 5_000;
/** Gathers what one screen asks for into one lookup. */
const gatherMs = 10;

/** Public profiles, each looked up once. */
export class UserCache implements Users {
  readonly #core: Core;
  readonly #users = new Map<number, Value<User | undefined>>();
  readonly #wanted = new Set<number>();
  /** Asked for and unknown to the server. */
  readonly #missing = new Set<number>();
  #isGathering = false;

  constructor(core: Core) {
    this.#core = core;
  }

  live(userId: number): Live<User | undefined> {
    const value = this.#value(userId);
    if (value.getSnapshot() === undefined) this.#want(userId);
    return value;
  }

  peek(userId: number): User | undefined {
    return this.#users.get(userId)?.getSnapshot();
  }

  async get(userId: number, options?: CallOptions): Promise<User> {
    const known = this.peek(userId);
    if (known !== undefined) return known;
    const { user } = await this.#core.request('user.get', { userId }, options);
    this.put([user]);
    return user;
  }

  async lookup(userIds: readonly number[], options?: CallOptions): Promise<readonly User[]> {
    const missing = [...new Set(userIds)].filter((id) => this.peek(id) === undefined);
    for (let from = 0; from < missing.length; from += limits.lookupMax) {
      const { items } = await this.#core.request(
        'user.lookup',
        { userIds: missing.slice(from, from + limits.lookupMax) },
        options,
      );
      this.put(items);
    }
    return userIds.map((id) => this.peek(id)).filter((user) => user !== undefined);
  }

  async search(params: ParamsInput<'user.search'> = {}, options?: CallOptions): Promise<Page<User>> {
    const page = await this.#core.request('user.search', params, options);
    this.put(page.items);
    return page;
  }

  put(users: readonly User[]): void {
    for (const user of users) this.#value(user.id).set(user);
  }

  /** Asks again for what could not be had. */
  resume(): void {
    this.#missing.clear();
    if (this.#wanted.size > 0) this.#gather();
  }

  clear(): void {
    this.#wanted.clear();
    this.#missing.clear();
    for (const [id, value] of this.#users) {
      value.set(undefined);
      if (value.isWatched) this.#want(id);
    }
  }

  #value(userId: number): Value<User | undefined> {
    const value = this.#users.get(userId) ?? new Value<User | undefined>(undefined);
    this.#users.delete(userId);
    this.#users.set(userId, value);
    if (this.#users.size > usersMax) this.#forgetOldest();
    return value;
  }

  #forgetOldest(): void {
    for (const [id, value] of this.#users) {
      if (value.isWatched) continue;
      this.#users.delete(id);
      return;
    }
  }

  #want(userId: number): void {
    if (userId < 1 || this.#missing.has(userId)) return; // 0: nobody, as a hook without a user asks.
    this.#wanted.add(userId);
    this.#gather();
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#core.environment.after(gatherMs, () => {
      this.#isGathering = false;
      void this.#fetchWanted();
    });
  }

  async #fetchWanted(): Promise<void> {
    const userIds = [...this.#wanted].filter((id) => this.peek(id) === undefined);
    this.#wanted.clear();
    if (userIds.length === 0) return;
    try {
      await this.lookup(userIds);
      for (const id of userIds) if (this.peek(id) === undefined && this.#missing.size < usersMax) this.#missing.add(id);
    } catch (error) {
      if (!(error instanceof ParleyError && error.retryable)) return;
      for (const id of userIds) this.#wanted.add(id);
    }
  }
}
