import { expect, test } from 'bun:test';
import { startIndexer } from './indexer.ts';

test('S11 takes in at the start what a crash left out, then what each poke says, and tries again after a failure', async () => {
  const runs = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let count = 0;
  const index = async (): Promise<void> => {
    runs[count++]?.resolve();
    if (count === 2) throw new Error('locked');
  };
  await using indexer = startIndexer({ index }, 1);
  await runs[0]?.promise;
  indexer.poke();
  indexer.poke();
  await runs[1]?.promise;
  await runs[2]?.promise;
  expect(count).toBe(3);
});

test('a closed indexer waits for the running one and starts no other', async () => {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let count = 0;
  const indexer = startIndexer(
    {
      index: () => {
        count++;
        started.resolve();
        return gate.promise;
      },
    },
    1,
  );
  await started.promise;
  indexer.poke();
  const closed = indexer[Symbol.asyncDispose]();
  gate.resolve();
  await closed;
  indexer.poke();
  expect(count).toBe(1);
});
