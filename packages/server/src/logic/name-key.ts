/** What makes user names equal: compatible characters and case do not tell two apart. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
