import { expect } from 'bun:test';

/** The status and the code of a refusal; expects it to be a problem. */
export async function problemOf(answer: Response): Promise<[number, unknown]> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { code, status } = (await answer.json()) as { code: unknown; status: unknown };
  expect(status).toBe(answer.status);
  return [answer.status, code];
}
