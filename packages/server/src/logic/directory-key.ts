import { nameKey } from './name-key.ts';

/** What a display name is found by in the directory; empty when the user name finds it already. */
export function directoryKey(displayName: string, userName: string): string {
  const key = nameKey(displayName);
  return key === nameKey(userName) ? '' : key;
}
