import type { Account, CloseReason, Device, ParamsInput, Result, User } from '@parley/protocol';
import type { AccountSession, AccountState, CallOptions, ClientOptions } from './contract.ts';
import type { Core } from './core.ts';
import { callHttp, type HttpCall } from './http-api.ts';
import { KeptSession } from './kept-session.ts';
import { Value } from './value.ts';

export interface OwnAccountParts {
  readonly core: Core;
  readonly options: ClientOptions;
  readonly apiUrl: string;
  /** Another session begins. */
  signedIn(): void;
  /** It was ended here; everything held for it goes. */
  signedOut(): Promise<void>;
  /** It was ended by another client on this storage, such as in another tab. */
  signedOutBeside(): void;
}

/** Who is signed in on this device, and keeping that. */
export class OwnAccount implements AccountSession {
  readonly #parts: OwnAccountParts;
  readonly #state = new Value<AccountState>({ status: 'loading' });
  readonly getSnapshot = this.#state.getSnapshot;
  readonly subscribe = this.#state.subscribe;
  readonly #kept: KeptSession;
  #token: string | undefined;
  /** Done once the last signing out is. */
  #leaving: Promise<void> = Promise.resolve();
  #stopListening: (() => void) | undefined;

  constructor(parts: OwnAccountParts) {
    this.#parts = parts;
    this.#token = parts.options.token;
    this.#kept = new KeptSession(parts.core.storage, parts.core.environment.sessionNews);
  }

  get token(): string | undefined {
    return this.#token;
  }

  /** Looks for the kept session. A token given by the program wins and is not kept. */
  async load(): Promise<void> {
    if (this.#token !== undefined && this.#token === this.#parts.options.token)
      return this.#state.getSnapshot().status === 'loading' ? this.#state.set({ status: 'signed-in' }) : undefined;
    this.#stopListening ??= this.#kept.listen(() => void this.#changedBeside());
    if (this.#state.getSnapshot().status !== 'loading') return;
    const kept = await this.#kept.load();
    if (this.#token !== undefined) return;
    this.#token = kept?.token;
    this.#state.set(kept === undefined ? { status: 'signed-out' } : { status: 'signed-in', ...known(kept) });
  }

  welcomed(account: Account, device: Device): void {
    this.#put({ account, device });
  }

  userChanged(user: User): void {
    const { account } = this.#state.getSnapshot();
    if (account?.id === user.id) this.#put({ account: { ...account, ...user } });
  }

  async ended(reason: CloseReason): Promise<void> {
    const token = this.#token;
    this.#token = undefined;
    this.#state.set({ status: 'signed-out', endedBy: reason });
    await this.#kept.end(token);
  }

  register(
    params: { readonly userName: string; readonly password: string; readonly displayName?: string },
    options?: CallOptions,
  ): Promise<Account> {
    return this.#begin({ command: 'account.register', body: this.#withDevice(params) }, options);
  }

  signIn(params: { readonly userName: string; readonly password: string }, options?: CallOptions): Promise<Account> {
    return this.#begin({ command: 'session.create', body: this.#withDevice(params) }, options);
  }

  guest(params: { readonly displayName?: string } = {}, options?: CallOptions): Promise<Account> {
    return this.#begin({ command: 'account.guest', body: this.#withDevice(params) }, options);
  }

  async claim(
    params: { readonly userName: string; readonly password: string },
    options?: CallOptions,
  ): Promise<Account> {
    return this.#changed(await this.#parts.core.request('account.claim', params, options));
  }

  async signOut(options?: CallOptions): Promise<void> {
    const token = this.#token;
    await (this.#leaving = this.#leave(token));
    if (token === undefined) return;
    // Signed out here in any case; a server that cannot be reached ends the session when it expires.
    await callHttp(this.#at(), { command: 'session.delete', token }, options).catch(() => undefined);
  }

  async changePassword(
    params: { readonly currentPassword: string; readonly newPassword: string },
    options?: CallOptions,
  ): Promise<void> {
    await this.#parts.core.request('account.changePassword', params, options);
  }

  async update(params: ParamsInput<'account.update'>, options?: CallOptions): Promise<Account> {
    return this.#changed(await this.#parts.core.request('account.update', params, options));
  }

  async devices(options?: CallOptions): Promise<readonly Device[]> {
    return (await this.#parts.core.request('device.list', {}, options)).items;
  }

  async endDevice(deviceId: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('device.end', { deviceId }, options);
  }

  async block(userId: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('block.add', { userId }, options);
  }

  async unblock(userId: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('block.remove', { userId }, options);
  }

  async blocked(options?: CallOptions): Promise<readonly User[]> {
    return (await this.#parts.core.request('block.list', {}, options)).items;
  }

  /** Hears of others no more. */
  close(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  serverInfo(options?: CallOptions): Promise<Result<'server.info'>> {
    return callHttp(this.#at(), { command: 'server.info' }, options);
  }

  async #leave(token: string | undefined): Promise<void> {
    // First of all, so that other tabs have heard of it before a link they may share is gone.
    await this.#kept.end(token);
    await this.#parts.signedOut();
    this.#token = undefined;
    this.#state.set({ status: 'signed-out' });
  }

  async #begin(
    call: HttpCall<'account.register' | 'account.guest' | 'session.create'>,
    options?: CallOptions,
  ): Promise<Account> {
    const { token, account, device } = await callHttp(this.#at(), call, options);
    await this.#leaving;
    this.#token = token;
    this.#state.set({ status: 'signed-in', account, device });
    // At once: nothing may go out in the name of whoever was here before.
    this.#parts.signedIn();
    await this.#kept.begin({ token, account, device });
    return account;
  }

  #withDevice(params: object): object {
    const { platform, deviceName } = this.#parts.options;
    const isPage = typeof document !== 'undefined';
    return {
      ...params,
      platform: platform ?? (isPage ? 'web' : 'other'),
      ...(deviceName === undefined ? {} : { deviceName }),
    };
  }

  #changed({ account }: { readonly account: Account }): Account {
    this.#put({ account });
    return account;
  }

  #put(change: { readonly account: Account; readonly device?: Device }): void {
    const state = this.#state.getSnapshot();
    if (state.status !== 'signed-in') return;
    this.#state.set({ ...state, ...change });
    // What is kept only spares a wait at the next start.
    if (this.#token !== undefined) void this.#kept.update({ token: this.#token, ...known(this.#state.getSnapshot()) });
  }

  /** Another client on this storage signed in or out: this one follows. */
  async #changedBeside(): Promise<void> {
    const before = this.#token;
    const kept = await this.#kept.load();
    if (kept?.token === before || this.#token !== before) return;
    if (kept === undefined) return this.#parts.signedOutBeside();
    this.#token = kept.token;
    this.#state.set({ status: 'signed-in', ...known(kept) });
    this.#parts.signedIn();
  }

  #at(): { readonly environment: Core['environment']; readonly apiUrl: string } {
    return { environment: this.#parts.core.environment, apiUrl: this.#parts.apiUrl };
  }
}

function known({ account, device }: { readonly account?: Account; readonly device?: Device }): {
  readonly account?: Account;
  readonly device?: Device;
} {
  return { ...(account === undefined ? {} : { account }), ...(device === undefined ? {} : { device }) };
}
