import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { addressBits, addressRange, addressText } from './address-range.ts';
import { clientAddressBehind, forwardedFor, hopsMax } from './client-address.ts';

const proxies = ['10.0.0.0/8', '127.0.0.1', 'fd00::/8'];
const ranges = proxies.flatMap((text) => addressRange(text) ?? []);
const headerBytes = 10_240;

/** Who a server takes for the client. */
function seen(peer: string, forwarded: string | undefined, trusted: readonly string[] = proxies): string {
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  const request = new Request('http://chat.example.org/', { headers });
  const server = { requestIP: () => ({ address: peer, family: 'IPv4' as const, port: 1 }) };
  return clientAddressBehind(trusted)(request, server);
}

describe('behind proxies', () => {
  test.each([
    ['one of them', seen('10.0.0.1', '203.0.113.9'), '203.0.113.9'],
    ['two of them', seen('10.0.0.1', '203.0.113.9, 10.0.0.2'), '203.0.113.9'],
    ['what a client claims comes first', seen('10.0.0.1', '198.51.100.1, 203.0.113.9'), '203.0.113.9'],
    ['a client who claims to be a proxy', seen('10.0.0.1', '10.0.0.3, 203.0.113.9, 10.0.0.2'), '203.0.113.9'],
    ['rubbish a client sent', seen('10.0.0.1', '"><script>, 203.0.113.9'), '203.0.113.9'],
    ['IPv6', seen('fd00::1', '2001:db8::9'), '2001:db8:0:0:0:0:0:9'],
    ['a peer that is mapped', seen('::ffff:10.0.0.1', '203.0.113.9'), '203.0.113.9'],
    ['a client that is mapped', seen('10.0.0.1', '::ffff:203.0.113.9'), '203.0.113.9'],
    ['a proxy that is mapped', seen('10.0.0.1', '203.0.113.9, ::ffff:a00:2'), '203.0.113.9'],
    ['spaces, tabs and none', seen('10.0.0.1', '198.51.100.1 ,\t203.0.113.9,10.0.0.2 '), '203.0.113.9'],
    ['only proxies', seen('10.0.0.1', '10.0.0.9, 10.0.0.2'), '10.0.0.9'],
  ])('%s: the last address that is none of theirs', (_, found, client) => {
    expect(found).toBe(client);
  });

  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['a name', 'unknown'],
    ['an address with a port', '203.0.113.9:4711'],
    ['an empty place at the end', '203.0.113.9,'],
    ['rubbish before their own addresses', 'rubbish, 10.0.0.2'],
    ['10 kB of rubbish', 'x'.repeat(headerBytes)],
    ['10 kB of commas', ','.repeat(headerBytes)],
    ['more hops than there are proxies', '10.0.0.2, '.repeat(hopsMax + 1) + '10.0.0.3'],
  ])('%s: the peer', (_, header) => {
    expect(seen('10.0.0.1', header)).toBe('10.0.0.1');
  });

  test('of 10 kB a client sent, what the proxy added is read', () => {
    expect(seen('10.0.0.1', `${'198.51.100.1, '.repeat(headerBytes / 14)}203.0.113.9`)).toBe('203.0.113.9');
  });

  test('whoever is none of them speaks for nobody else', () => {
    expect(seen('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9');
    expect(seen('203.0.113.9', '10.0.0.1')).toBe('203.0.113.9');
    expect(seen('', '198.51.100.1')).toBe('');
    expect(seen('10.0.0.1', '198.51.100.1', [])).toBe('10.0.0.1');
  });
});

describe('laws', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => addressText(addressBits(text) ?? 0n));
  const outside = fc
    .tuple(fc.integer({ min: 11, max: 126 }), fc.ipV4())
    .map(([first, rest]) => rest.replace(/^\d+/, String(first)));
  const ours = fc.nat({ max: 255 }).map((last) => `10.0.0.${last}`);

  test('whatever a client sends, they are who the first proxy saw', () => {
    const sent = fc.oneof(fc.array(fc.oneof(address, ours)).map(String), fc.string());
    fc.assert(
      fc.property(sent, outside, fc.array(ours, { maxLength: hopsMax - 1 }), (claimed, client, hops) => {
        expect(forwardedFor([claimed, client, ...hops].join(', '), ranges)).toBe(client);
      }),
    );
  });

  test('any text at all is an address or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        const found = forwardedFor(header, ranges);
        expect(found === undefined || addressBits(found) !== undefined).toBe(true);
      }),
    );
  });
});
