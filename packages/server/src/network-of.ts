const mapped = '::ffff:';
/** Groups of an IPv6 address that its provider assigns; whoever has one has all addresses below it. */
const prefixGroups = 4;

/** What stands for an address when things are counted: an IPv4 address, or the /64 of an IPv6 one. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  if (address.startsWith(mapped) && address.includes('.')) return address.slice(mapped.length);
  const [head = '', tail] = address.split('%', 1)[0]?.split('::', 2) ?? [];
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - (tail === '' ? 0 : tail.split(':').length));
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...(tail ?? '').split(':')];
  return `${all.slice(0, prefixGroups).join(':')}::`;
}
