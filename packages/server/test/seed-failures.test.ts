import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every failure seen in gochat, and the test that keeps it from coming back: its file and a part of its name. */
const failures: readonly (readonly [failure: string, file: string, name: string])[] = [
  [
    'a private message to a user without a live route kills task',
    'test/seed.test.ts',
    'a user without a live route is stored',
  ],
  ['an auth frame with the token map_<uid> kills connect', 'test/seed.test.ts', 'the token map_<uid> is refused'],
  [
    'logic being down for one disconnect kills connect',
    'test/connect/sockets.test.ts',
    'sockets that go are told to logic, until it worked',
  ],
  ['five bytes of TCP kill connect', 'test/seed.test.ts', 'five bytes v1 FF FF 00'],
  ['a length of 0 kills connect', 'test/seed.test.ts', 'a length of 0'],
  [
    'the auth frame sent twice loops for ever',
    'test/seed.test.ts',
    'sent twice on one socket still gives each message once',
  ],
  ['a starting site needs etcd', 'test/seed.test.ts', 'the site starts and serves alone'],
  ['connect dies between queue and push', 'test/seed.test.ts', 'a message is there after the process died'],
  [
    'an old socket’s close removes the new socket',
    'test/seed.test.ts',
    'the end of an old socket leaves the user’s new one',
  ],
  ['inversions under backlog', 'test/seed.test.ts', '400 private messages under backlog arrive in order'],
  ['a slow reader loses messages silently', 'test/connect/slow-reader.test.ts', 'D10'],
  ['one hung connect node stops all delivery', 'test/task/task.test.ts', 'a hung node delays only itself'],
  ['every leave sends an empty frame', 'test/seed.test.ts', 'a leave sends no empty frame'],
  ['20,000 ids, 8 of them distinct', 'src/ids/snowflake.test.ts', '20,000 calls give 20,000 ids'],
  [
    'only the last of two connections gets private messages',
    'test/seed.test.ts',
    'every connection of a user gets private messages',
  ],
  ['the sender’s other devices see nothing', 'test/seed.test.ts', 'the sender’s other devices too'],
  ['a frame of 32,764 bytes breaks the framing', 'test/seed.test.ts', 'the framing stays whole'],
  [
    'TCP sends are not authenticated and trust fromUserId',
    'test/seed-safety.test.ts',
    'TCP sends need a sign-in, and fromUserId is ignored',
  ],
  ['anyone posts to any room', 'test/seed-safety.test.ts', 'nobody posts to a room they are not in'],
  ['the profiler is public', 'test/seed-safety.test.ts', 'no profiler and no source is served'],
  ['passwords are unsalted SHA-1', 'test/seed-safety.test.ts', 'passwords are argon2id'],
  ['signing out does not close the socket', 'test/seed-safety.test.ts', 'signing out closes the sockets'],
  ['concurrent sign-ins fail, sessions never expire', 'test/seed-safety.test.ts', '600 sign-ins at once'],
  [
    'sockets that never authenticate stay open',
    'test/seed-safety.test.ts',
    'sockets that never authenticate are closed',
  ],
  ['internal calls listen on all interfaces', 'test/seed-safety.test.ts', 'only the documented ports listen'],
  ['the page server serves its own source', 'src/site/site.test.ts', 'seed: %s is not served'],
  [
    'a small message in a large room puts the member list on the queue',
    'test/seed-cost.test.ts',
    'what a message and a leave put on the queue',
  ],
  ['every leave costs the whole member list', 'test/seed-cost.test.ts', 'a leave put on the queue does not grow'],
  ['every message goes to every node', 'test/task/task.test.ts', 'a node gets what it listens to'],
  ['one log line per recipient', 'test/seed-safety.test.ts', 'no log line per recipient'],
  [
    'a crashed node’s members stay online for ever',
    'test/seed-safety.test.ts',
    'after a crash nobody stays online for ever',
  ],
  ['counts are incremented, never derived', 'test/seed-safety.test.ts', 'counts come from live sockets'],
];

const text = (file: string): string => readFileSync(join(import.meta.dir, '..', file), 'utf8');

test.each(failures)('seed: %s is kept away by a test of %s', (_failure, file, name) => {
  const names = [
    ...text(file).matchAll(/^\s*(?:test\(|test\.each\(.*\]\)\(|\]\)\(|\[)?\s*(['`])((?:(?!\1)[^\\]|\\.)*)\1/gm),
  ].map(([, , found = '']) => found);
  expect(names.filter((found) => found.includes(name))).not.toEqual([]);
});
