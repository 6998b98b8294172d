import { expect, test } from 'bun:test';
import { parseKafkaUrl } from './kafka-address.ts';

test('an address has brokers, a prefix and what is needed to be let in', () => {
  expect(parseKafkaUrl('kafka://one')).toEqual({
    brokers: [{ host: 'one', port: 9_092 }],
    prefix: 'parley.',
    isSecure: false,
  });
  expect(parseKafkaUrl('kafka://one:1,[::1]:80,three/staging')).toEqual({
    brokers: [
      { host: 'one', port: 1 },
      { host: '::1', port: 80 },
      { host: 'three', port: 9_092 },
    ],
    prefix: 'staging.',
    isSecure: false,
  });
  expect(parseKafkaUrl('kafka+ssl://us%40er:p%3A:%2F@one?sasl=scram-sha-512&ca=/etc/ca.pem')).toMatchObject({
    isSecure: true,
    caPath: '/etc/ca.pem',
    login: { mechanism: 'SCRAM-SHA-512', username: 'us@er', password: 'p::/' },
  });
  expect(parseKafkaUrl('kafka://user:word@one').login?.mechanism).toBe('PLAIN');
});

test.each([
  ['kafka://', 'must look like'],
  ['kafka:one', 'must look like'],
  ['kafka://one,:x', 'names a host that is none'],
  ['kafka://one/a/b', 'letters, digits'],
  ['kafka://one?pass=x', 'there are sasl and ca'],
  ['kafka://one?sasl=plain', 'no user'],
  ['kafka://user:word@one?sasl=kerberos', 'there are plain'],
  ['kafka://one?ca=/etc/ca.pem', 'kafka+ssl'],
  ['kafka://user:%zz@one', 'percent-encoded'],
])('%s is refused: %s', (url, reason) => {
  expect(() => parseKafkaUrl(url)).toThrow(reason);
});

test.each([
  'user:hunter2%zz@one',
  'user:a@hunter2@one',
  'user:a/hunter2@one',
  'user:hunter2/b@one',
  'user:1/x?hunter2=1@one',
])('what is refused does not show the password: %s', (rest) => {
  const thrown = (): string => {
    try {
      parseKafkaUrl(`kafka://${rest}`);
      return '';
    } catch (error) {
      return String(error);
    }
  };
  expect(thrown()).not.toBe('');
  expect(thrown()).not.toContain('hunter2');
});
