import { expect, test } from 'bun:test';
import { mentionsIn } from './mentions-in.ts';

const members = [
  { id: 1, name: 'mara' },
  { id: 2, name: 'ben.k' },
  { id: 3, name: '小明' },
];

test('names of members behind an @ are mentioned, once each', () => {
  expect(mentionsIn('@mara and @ben.k, @mara', new Map(), members)).toEqual({ mentions: [1, 2] });
  expect(mentionsIn('你好 @小明', new Map(), members)).toEqual({ mentions: [3] });
});

test('a name at the end of a sentence is still the name', () => {
  expect(mentionsIn('ask @mara.', new Map(), members)).toEqual({ mentions: [1] });
});

test('a mail address and an unknown name mention nobody', () => {
  expect(mentionsIn('a@mara.example @nobody', new Map(), members)).toEqual({});
});

test('somebody picked from the list is known without being among the members', () => {
  expect(mentionsIn('@far', new Map([['far', 9]]), [])).toEqual({ mentions: [9] });
});

test('at most twenty are named', () => {
  const many = Array.from({ length: 30 }, (_, id) => ({ id: id + 1, name: `u${id}` }));
  expect(mentionsIn(many.map((user) => `@${user.name}`).join(' '), new Map(), many).mentions).toHaveLength(20);
});
