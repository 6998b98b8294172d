import { expect, test } from 'bun:test';
import { explain } from './problem.mjs';

test.each([
  ['npm error code ENOTFOUND\nnpm error network request to the registry failed', 'could not be reached'],
  ['error: ConnectionRefused downloading package manifest hono', 'could not be reached'],
  ['npm error code EACCES\nnpm error path /root/.npm', 'could not be written'],
  ['npm error nospc ENOSPC: no space left on device, write', 'disk is full'],
  ['npm ERR! code SELF_SIGNED_CERT_IN_CHAIN', 'certificate is not trusted'],
  ['error: lockfile had changes, but lockfile is frozen', 'bun.lock does not match'],
])('%p is explained', (output, cause) => {
  const problem = explain('Installing', output);
  expect(problem.message).toStartWith('Installing failed.');
  expect(problem.message).toContain(cause);
  expect(problem.advice).toContain(output.split('\n')[0]);
});

test('what has no known cause is shown as it is', () => {
  expect(explain('Building the page', 'Could not resolve ./a.ts\n')).toMatchObject({
    message: 'Building the page failed.',
    advice: 'Could not resolve ./a.ts',
  });
});
