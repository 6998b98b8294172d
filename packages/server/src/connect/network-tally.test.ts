import { expect, test } from 'bun:test';
import { NetworkTally } from './network-tally.ts';

test('addresses of one IPv6 network count together, those of different ones apart', () => {
  const tally = new NetworkTally();
  expect(tally.add('2001:db8:1:2::1')).toBe(1);
  expect(tally.add('2001:db8:1:2:ffff::9')).toBe(2);
  expect(tally.add('2001:db8:1:3::1')).toBe(1);
  expect(tally.add('192.0.2.1')).toBe(1);
  expect(tally.add('::ffff:192.0.2.1')).toBe(2);
  expect(tally.add('192.0.2.2')).toBe(1);
});

test('networks without sockets are forgotten', () => {
  const tally = new NetworkTally();
  for (let host = 1; host <= 100; host++) tally.add(`2001:db8:0:${host}::1`);
  for (let host = 1; host <= 100; host++) tally.remove(`2001:db8:0:${host}::2`);
  expect(tally.size).toBe(0);
});
