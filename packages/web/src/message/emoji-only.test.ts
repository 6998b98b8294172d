import { expect, test } from 'bun:test';
import { isEmojiOnly } from './emoji-only.ts';

test('one to three emoji alone are large, joined families and flags count as one', () => {
  for (const text of ['🎉', '👍🏽', '👩‍👩‍👧‍👦', '🇩🇪🇫🇷', ' 😂 😂 😂 ', '❤️', '1️⃣']) expect(isEmojiOnly(text)).toBe(true);
});

test('text, digits and longer rows are not', () => {
  for (const text of ['', '  ', 'hi', '1', '#', '12', '🎉!', '🎉🎉🎉🎉', '你好']) expect(isEmojiOnly(text)).toBe(false);
});
