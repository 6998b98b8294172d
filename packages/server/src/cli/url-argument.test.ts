import { expect, test } from 'bun:test';
import { urlArgument } from './url-argument.ts';

const environment = { NEW_STORE: 'postgres://u:hunter2@host/db', EMPTY: '' };

test('an address is itself, or what the environment holds under its name', () => {
  expect(urlArgument('sqlite:', environment)).toBe('sqlite:');
  expect(urlArgument('postgres://host/env:NEW_STORE', environment)).toBe('postgres://host/env:NEW_STORE');
  expect(urlArgument('env:NEW_STORE', environment)).toBe('postgres://u:hunter2@host/db');
});

test.each(['env:OLD_STORE', 'env:EMPTY', 'env:'])('%s names nothing, and that is said', (argument) => {
  expect(() => urlArgument(argument, environment)).toThrow(/the environment holds as .*, and it holds none/);
});
