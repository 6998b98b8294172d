import type { Account, Device } from '@parley/protocol';
import type { KeyValueStorage } from './contract.ts';
import type { SessionNews } from './environment.ts';

const sessionKey = 'parley:session';

export interface Session {
  readonly token: string;
  readonly account?: Account;
  readonly device?: Device;
}

/** The session as the storage has it, for the next run and for other clients on the same storage. */
export class KeptSession {
  readonly #storage: KeyValueStorage;
  readonly #news: SessionNews | undefined;
  /** One change after the other: each looks before it writes. */
  #turn: Promise<void> = Promise.resolve();

  constructor(storage: KeyValueStorage, news: SessionNews | undefined) {
    this.#storage = storage;
    this.#news = news;
  }

  async load(): Promise<Session | undefined> {
    const text = await this.#storage.get(sessionKey);
    return text === undefined ? undefined : sessionOf(text);
  }

  /** Replaces whatever was kept. */
  begin(session: Session): Promise<void> {
    return this.#inTurn(async () => {
      await this.#storage.set(sessionKey, JSON.stringify(session));
      this.#news?.tell();
    });
  }

  /** More is known of it. Another client may have begun another one meanwhile. */
  update(session: Session): Promise<void> {
    return this.#inTurn(async () => {
      if ((await this.load())?.token === session.token) await this.#storage.set(sessionKey, JSON.stringify(session));
    });
  }

  end(token: string | undefined): Promise<void> {
    return this.#inTurn(async () => {
      if ((await this.load())?.token !== token) return;
      await this.#storage.delete(sessionKey);
      this.#news?.tell();
    });
  }

  /** Calls `changed` when another client began or ended one. Returns the function that stops it. */
  listen(changed: () => void): () => void {
    return this.#news?.listen(changed) ?? (() => undefined);
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    return (this.#turn = this.#turn.then(change));
  }
}

/** Undefined for what is damaged: signing in again replaces it. */
function sessionOf(text: string): Session | undefined {
  try {
    const session = JSON.parse(text) as Partial<Session> | null;
    return typeof session?.token === 'string' ? { ...session, token: session.token } : undefined;
  } catch {
    return undefined;
  }
}
