import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { addressBits, addressRange, addressText, isEverybody, isWithin } from './address-range.ts';

const contains = (range: string, address: string): boolean => {
  const read = addressRange(range);
  const bits = addressBits(address);
  if (read === undefined || bits === undefined) throw new Error(`${range} or ${address} cannot be read`);
  return isWithin(bits, read);
};

describe('addresses', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['2001:DB8::0042', '2001:db8:0:0:0:0:0:42'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0:0:0:c000:207'],
    ['fe80::1%eth0', 'fe80:0:0:0:0:0:0:1'],
  ])('%s is written %s', (address, text) => {
    expect(addressText(addressBits(address) ?? 0n)).toBe(text);
  });

  test('what is written is read as the same address', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (bits) => {
        expect(addressBits(addressText(bits))).toBe(bits);
      }),
    );
  });

  test('every IPv4 and IPv6 address there is can be read', () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => expect(addressBits(address)).toBeDefined()));
  });

  test.each(['', ' ', 'unknown', '1.2.3', '1.2.3.400', '1.2.3.4:80', '[::1]', '1:2:3', ':::', 'localhost', '_hidden'])(
    '“%s” is none',
    (text) => {
      expect(addressBits(text)).toBeUndefined();
      expect(addressRange(text)).toBeUndefined();
    },
  );
});

describe('ranges', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '203.0.113.9', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::1', '::1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
  ])('%s and %s: %p', (range, address, isIn) => {
    expect(contains(range, address)).toBe(isIn);
  });

  test.each([
    ['0.0.0.0/0', true],
    ['192.0.2.7/0', true],
    ['::/0', true],
    ['::ffff:0:0/96', true],
    ['::/16', true],
    ['0.0.0.0/1', false],
    ['128.0.0.0/1', false],
    ['10.0.0.0/8', false],
    ['2001:db8::/32', false],
    ['::1', false],
  ])('%s is everybody: %p', (text, isAll) => {
    const range = addressRange(text);
    expect(range !== undefined && isEverybody(range)).toBe(isAll);
  });

  test.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '/8', '10.0.0.0/a', '10/8'])(
    '%s is none',
    (text) => expect(addressRange(text)).toBeUndefined(),
  );
});
