import { expect, test } from 'bun:test';
import { isCommonPassword } from './common-passwords.ts';

test.each([
  'password',
  'Password1!',
  'P@ssw0rd',
  'p4ssw0rd123',
  '12345678',
  '87654321',
  'qwertyuiop',
  'qwerty123',
  '1q2w3e4r',
  'abcd1234',
  'aaaaaaaa',
  '12121212',
  'abcabcabc',
  '11223344',
  'iloveyou',
  'ILoveYou2',
  'letmein!!',
  'monkey123',
  'dragon2024',
  'admin1234',
  'passwordpassword',
  'zxcvbnm1',
  'trustno1',
  'sunshine',
  'alice1990',
  'Alice!!!',
])('%s is too common', (password) => {
  expect(isCommonPassword(password, 'alice')).toBe(true);
});

test.each(['correct horse', 'a fine long one', 'Tr7!kQz9', '雨の日の散歩は好き', 'x7k2-m9qa', 'monkeys eat bananas'])(
  '%s is not',
  (password) => {
    expect(isCommonPassword(password, 'alice')).toBe(false);
  },
);

test('a user name without letters matches nothing by that', () => {
  expect(isCommonPassword('!!77-k2m9q', '77')).toBe(false);
});
