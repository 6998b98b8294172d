import { expect, test } from 'bun:test';
import { hashOf, parseRoute } from './route.ts';

test('every place has its hash and comes back from it', () => {
  for (const route of [
    { page: 'home' },
    { page: 'conversation', id: 12 },
    { page: 'conversation', id: 12, seq: 345 },
    { page: 'invite', code: 'aB_-9' },
  ] as const)
    expect(parseRoute(hashOf(route))).toEqual(route);
});

test('panels behind the place do not change it', () => {
  expect(parseRoute('#c/12/345!details!profile/5')).toEqual({ page: 'conversation', id: 12, seq: 345 });
  expect(parseRoute('#!settings')).toEqual({ page: 'home' });
});

test('what is no place leads home', () => {
  for (const hash of ['', '#', '#c', '#c/0', '#c/-1', '#c/1e9', '#c/x', '#nowhere/1', '#invite/', '#invite/<script>'])
    expect(parseRoute(hash)).toEqual({ page: 'home' });
});
