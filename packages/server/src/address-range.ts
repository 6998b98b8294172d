import { isIP } from 'node:net';

const bitsMax = 128;
/** An IPv4 address is the IPv6 address that stands for it: `::ffff:0:0/96`. */
const mappedBase = 0xffffn << 32n;
const mappedBits = 96;

/** Addresses that begin alike. */
export interface AddressRange {
  readonly base: bigint;
  /** Bits that tell its addresses apart. */
  readonly freeBits: bigint;
}

/** The 128 bits of an IPv4 or IPv6 address, a zone aside. Undefined: it is none. */
export function addressBits(text: string): bigint | undefined {
  const version = isIP(text);
  if (version === 0) return undefined;
  return version === 4 ? mappedBase + bitsOfIpv4(text) : bitsOfIpv6(text.split('%', 1)[0] ?? '');
}

/** As it is written everywhere: IPv4 with dots, also where it came mapped; IPv6 with all its groups. */
export function addressText(bits: bigint): string {
  if (bits >> 32n === mappedBase >> 32n)
    return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.');
  return Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':');
}

/** Reads `10.0.0.0/8`, `2001:db8::/32`, or one address. Undefined: it is none of them. */
export function addressRange(text: string): AddressRange | undefined {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const bits = addressBits(address);
  if (bits === undefined) return undefined;
  const fixed = fixedBits(isIP(address) === 4, prefix);
  if (fixed > bitsMax) return undefined;
  const freeBits = BigInt(bitsMax - fixed);
  return { base: bits >> freeBits, freeBits };
}

export function isWithin(bits: bigint, { base, freeBits }: AddressRange): boolean {
  return bits >> freeBits === base;
}

/** Whether every IPv4 address there is is within, or every address. */
export function isEverybody({ base, freeBits }: AddressRange): boolean {
  const ofIpv4 = BigInt(bitsMax - mappedBits);
  return freeBits >= ofIpv4 && base === mappedBase >> freeBits;
}

function fixedBits(isIpv4: boolean, prefix: string | undefined): number {
  if (prefix === undefined) return bitsMax;
  return isIpv4 ? mappedBits + Number(prefix) : Number(prefix);
}

function bitsOfIpv4(text: string): bigint {
  return text.split('.').reduce((bits, part) => (bits << 8n) + BigInt(part), 0n);
}

function bitsOfIpv6(text: string): bigint {
  const [head = '', tail] = text.split('::', 2);
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const missing = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: missing }, () => 0n), ...after];
  return groups.reduce((bits, group) => (bits << 16n) + group, 0n);
}

/** Its end may be written like an IPv4 address. */
function groupsOf(text: string): readonly bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const bits = bitsOfIpv4(group);
    return [bits >> 16n, bits & 0xffffn];
  });
}
