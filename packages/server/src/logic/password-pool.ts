import { timingSafeEqual } from 'node:crypto';
import { ParleyError } from '@parley/protocol';
import type { Passwords } from './passwords.ts';

export const passwordLimits = {
  /** Hashes at a time; each takes 19 MiB and a core for some 20 ms. */
  runningMax: 2,
  /** Hashes waiting for one of those. `busy` */
  waitingMax: 64,
  retryAfterMs: 2_000,
} as const;

/** OWASP's least for argon2id. */
const cost = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;
const current = `m=${cost.memoryCost},t=${cost.timeCost},`;
const argonPrefix = '$argon2id$';
const importedPrefix = 'sha1$';

/** Argon2id on the runtime's own threads. */
export class PasswordPool implements Passwords {
  private readonly waitingMax: number;
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private dummy: Promise<string> | undefined;

  constructor(waitingMax: number = passwordLimits.waitingMax) {
    this.waitingMax = waitingMax;
  }

  hash(password: string): Promise<string> {
    return this.inTurn(() => Bun.password.hash(password, cost));
  }

  verify(password: string, hash: string | null): Promise<{ readonly isRight: boolean; readonly needsRehash: boolean }> {
    return this.inTurn(async () => {
      if (hash?.startsWith(argonPrefix) === true)
        return { isRight: await Bun.password.verify(password, hash), needsRehash: !hash.includes(current) };
      // Takes as long as a real check, so that the time does not tell which accounts exist or were imported.
      await Bun.password.verify(password, await this.dummyHash());
      return { isRight: isImportedRight(password, hash), needsRehash: hash !== null };
    });
  }

  private dummyHash(): Promise<string> {
    this.dummy ??= Bun.password.hash(crypto.randomUUID(), cost);
    return this.dummy;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= passwordLimits.runningMax) await this.waitForPlace();
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }

  /** The one who ends hands its place over, so `running` stays. */
  private waitForPlace(): Promise<void> {
    if (this.waiting.length >= this.waitingMax)
      throw new ParleyError('busy', undefined, { retryAfterMs: passwordLimits.retryAfterMs });
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** Imported accounts have the SHA-1 of their password, in hexadecimal, until they sign in. */
function isImportedRight(password: string, hash: string | null): boolean {
  const expected = Buffer.from(
    hash?.startsWith(importedPrefix) === true ? hash.slice(importedPrefix.length) : '',
    'hex',
  );
  const actual = new Bun.CryptoHasher('sha1').update(password).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
