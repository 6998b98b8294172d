import { expect, test } from 'bun:test';
import { freePort } from './free-port.ts';

test('whoever asks for many ports before anybody listens gets each once', async () => {
  const ports: number[] = [];
  for (let count = 0; count < 1_000; count++) ports.push(await freePort());
  expect(new Set(ports).size).toBe(1_000);
});
