import { expect, test } from 'bun:test';
import type { ParleyError } from '@parley/protocol';
import { passwordLimits, PasswordPool } from './password-pool.ts';

const sha1 = (text: string): string => `sha1$${new Bun.CryptoHasher('sha1').update(text).digest('hex')}`;

test('a password fits its own hash only', async () => {
  const pool = new PasswordPool();
  const hash = await pool.hash('a fine long one');
  expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,');
  expect(await pool.verify('a fine long one', hash)).toEqual({ isRight: true, needsRehash: false });
  expect(await pool.verify('a fine long two', hash)).toEqual({ isRight: false, needsRehash: false });
});

test('an imported hash is checked and is to be replaced', async () => {
  const pool = new PasswordPool();
  expect(await pool.verify('123456', sha1('123456'))).toEqual({ isRight: true, needsRehash: true });
  expect((await pool.verify('1234567', sha1('123456'))).isRight).toBe(false);
});

test('nothing fits a missing or unreadable hash', async () => {
  const pool = new PasswordPool();
  for (const hash of [null, '', 'sha1$', 'sha1$zz', 'plain']) expect((await pool.verify('', hash)).isRight).toBe(false);
});

test('a hash of lower cost is to be replaced', async () => {
  const hash = await Bun.password.hash('a fine long one', { algorithm: 'argon2id', memoryCost: 8_192, timeCost: 1 });
  expect(await new PasswordPool().verify('a fine long one', hash)).toEqual({ isRight: true, needsRehash: true });
});

test('beyond what may wait it is busy, and those who wait are served', async () => {
  const waitingMax = 2;
  const pool = new PasswordPool(waitingMax);
  const asked = passwordLimits.runningMax + waitingMax + 3;
  const answers = await Promise.allSettled(Array.from({ length: asked }, () => pool.verify('x', null)));
  const refused = answers
    .filter((answer) => answer.status === 'rejected')
    .map((answer) => answer.reason as ParleyError);
  expect(refused.map((error) => error.code)).toEqual(['busy', 'busy', 'busy']);
  expect((await pool.verify('x', null)).isRight).toBe(false);
});
