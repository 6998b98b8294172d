import { expect, test } from 'bun:test';
import { httpAddress } from './http-address.ts';

test.each([
  ['127.0.0.1', 'http://127.0.0.1:7090'],
  ['chat.example.org', 'http://chat.example.org:7090'],
  ['::1', 'http://[::1]:7090'],
  ['[::1]', 'http://[::1]:7090'],
])('%s is reached at %s', (host, address) => {
  expect(httpAddress(host, 7090)).toBe(address);
  expect(URL.parse(address)?.port).toBe('7090');
});
