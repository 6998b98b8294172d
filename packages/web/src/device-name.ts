const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS', 'Mac'],
  ['Linux', 'Linux'],
] as const;

/** “Firefox on Linux”, from what the browser says of itself; for the list of devices. */
export function deviceName(userAgent: string): string {
  const named = (table: readonly (readonly [string, string])[]): string | undefined =>
    table.find(([mark]) => userAgent.includes(mark))?.[1];
  return [named(browsers) ?? 'Browser', named(systems)].filter((part) => part !== undefined).join(' on ');
}
