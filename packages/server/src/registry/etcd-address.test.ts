import { expect, test } from 'bun:test';
import { parseEtcdUrl } from './etcd-address.ts';

test('an address has members, a prefix and what is needed to be let in', () => {
  expect(parseEtcdUrl('etcd://one')).toEqual({ endpoints: ['http://one:2379'], prefix: '/parley/' });
  expect(parseEtcdUrl('etcd://one:1,[::1]:2,three/a/b/')).toEqual({
    endpoints: ['http://one:1', 'http://[::1]:2', 'http://three:2379'],
    prefix: '/a/b/',
  });
  expect(parseEtcdUrl('etcd://us%40er:p%3A:%2F@one/x?tls=on')).toEqual({
    endpoints: ['https://one:2379'],
    prefix: '/x/',
    user: 'us@er',
    password: 'p::/',
  });
  expect(parseEtcdUrl('etcd://one?ca=/etc/ca.pem')).toMatchObject({
    endpoints: ['https://one:2379'],
    caPath: '/etc/ca.pem',
  });
});

test.each([
  ['etcd://', 'must look like'],
  ['etcd:one', 'must look like'],
  ['etcd://one,:x', 'names a host that is none'],
  ['etcd://one?tls=maybe', 'tls=on or tls=off'],
  ['etcd://one?pass=x', 'no option “pass”'],
  ['etcd://user:%zz@one', 'percent-encoded'],
])('%s is refused: %s', (url, reason) => {
  expect(() => parseEtcdUrl(url)).toThrow(reason);
});

test('what is refused does not show the password', () => {
  const thrown = (): string => {
    try {
      parseEtcdUrl('etcd://user:hunter2%zz@one?x=y');
      return '';
    } catch (error) {
      return String(error);
    }
  };
  expect(thrown()).not.toBe('');
  expect(thrown()).not.toContain('hunter2');
});
