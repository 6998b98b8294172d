import { readFileSync } from 'node:fs';

const errorLevel = 50;

/** What a server took down in its log as a defect, a line each. */
export function loggedDefects(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').flatMap(defectIn);
}

/** Not every line is whole: a killed process leaves half of one, and a full disk, too. */
function defectIn(line: string): string[] {
  try {
    const { level, msg, error } = JSON.parse(line) as { level: number; msg: string; error?: { message?: string } };
    return level < errorLevel ? [] : [`${msg}: ${error?.message ?? ''}`];
  } catch {
    return [];
  }
}
