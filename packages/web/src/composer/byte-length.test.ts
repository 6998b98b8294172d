import { limits } from '@parley/sdk';
import { expect, test } from 'bun:test';
import { bytesOf, textBytesMax } from './byte-length.ts';

test('the page counts as the server does', () => {
  expect(textBytesMax).toBe(limits.textBytesMax);
  expect(bytesOf(' 你好 ')).toBe(6);
});
