import { expect, test } from 'bun:test';
import { hashWith, parsePanels } from './overlay.ts';

test('every panel has its part of the hash and comes back from it', () => {
  for (const overlay of [
    { type: 'settings' },
    { type: 'search' },
    { type: 'search', conversationId: 3 },
    { type: 'profile', userId: 5 },
    { type: 'receipts', conversationId: 3, seq: 9 },
  ] as const)
    for (const hasDetails of [true, false])
      expect(parsePanels(hashWith('#c/3!browse', { overlay, hasDetails }))).toEqual({ overlay, hasDetails });
});

test('no panels leave the place alone', () => {
  expect(hashWith('#c/3/4!settings', { overlay: undefined, hasDetails: false })).toBe('#c/3/4');
});

test('what is no panel is none', () => {
  for (const hash of ['#c/1!profile', '#c/1!profile/x', '#c/1!receipts/1', '#c/1!nothing', '#'])
    expect(parsePanels(hash)).toEqual({ overlay: undefined, hasDetails: false });
});
