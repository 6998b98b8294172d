import { expect, test } from 'bun:test';
import { Ledger } from './ledger.ts';

test('a lost, a doubled and a swapped delivery fail', () => {
  const ledger = new Ledger(2);
  ledger.take(1, 1);
  expect(() => ledger.take(1, 3)).toThrow('heard version 3 and not 2');
  expect(() => ledger.take(1, 1)).toThrow('heard version 1 and not 2');
  expect(() => ledger.take(2, 2)).toThrow('heard version 2 and not 1');
});

test('it is complete when all were heard, and not before', async () => {
  const ledger = new Ledger(2);
  ledger.take(1, 1);
  const complete = ledger.complete(2);
  ledger.take(2, 1);
  await complete;
  expect(ledger.of(2)).toBe(1);
});

test('what never comes fails it', async () => {
  const ledger = new Ledger(1);
  expect(ledger.complete(1, 1)).rejects.toThrow('0 of 1 deliveries');
});
