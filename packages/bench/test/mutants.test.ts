import { describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A build that is broken on purpose, the run that has to notice, and by which invariant it is to notice. */
interface Mutant {
  readonly name: string;
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
  readonly seed: number;
  readonly only: string;
  readonly breaks: RegExp;
}

const root = join(import.meta.dir, '../../..');
const packages = ['protocol', 'sdk', 'server', 'bench'];
/** What is made, and measured. */
const left = new Set(['dist', 'results']);

const mutants: readonly Mutant[] = [
  {
    name: 'the unique key of sender, conversation and clientMsgId',
    changes: [
      {
        file: 'packages/server/src/store/migrations/0001-initial.ts',
        from: ".addUniqueConstraint('messages_once', ['client_msg_id', 'sender_id', 'conversation_id'])",
        to: '',
      },
      {
        file: 'packages/server/src/store/sqlite-commit.ts',
        from: 'on conflict (sender_id, conversation_id, client_msg_id) do nothing',
        to: '',
      },
    ],
    seed: 1,
    only: 'F1',
    breaks: /^I3 /m,
  },
  {
    name: 'the commit before the ack',
    changes: [
      {
        file: 'packages/server/src/store/sqlite.ts',
        from: "connection.execute('commit');",
        to: "connection.execute(Math.random() < 0.1 ? 'rollback' : 'commit');",
      },
    ],
    seed: 1,
    only: 'F19',
    breaks: /^I1 /m,
  },
  {
    name: 'the SDK’s sync of what it missed',
    changes: [
      {
        file: 'packages/sdk/src/message-window.ts',
        from: 'while (isBehind(this.#state)) await this.#syncOnce();',
        to: '',
      },
    ],
    seed: 1,
    only: 'F1,F8',
    breaks: /^(I9|I12) /m,
  },
  {
    name: 'the order in which the SDK applies pushes',
    changes: [
      {
        file: 'packages/sdk/src/sync-state.ts',
        from: 'if (version === state.version + 1) return drained(applied(known, change));',
        to: 'if (version > state.version) return drained(applied(known, change));',
      },
    ],
    seed: 1,
    only: 'F7',
    breaks: /^D4 /m,
  },
  {
    name: 'the outbox on the device',
    changes: [
      {
        file: 'packages/sdk/src/outbox-shelf.ts',
        from: 'return this.#storage.set(this.#key(entry), encodeEntry(owned));',
        to: 'return Promise.resolve(void owned);',
      },
    ],
    seed: 1,
    only: 'F1,F8',
    breaks: /^I1 /m,
  },
  {
    name: 'the end of hearing for who was removed',
    changes: [
      { file: 'packages/server/src/logic/release-member.ts', from: '{ parts: [userId] }', to: '{ parts: [] }' },
    ],
    seed: 1,
    only: 'F12,F20,F19',
    breaks: /^I10 /m,
  },
  {
    name: 'cursors that only grow',
    changes: [
      {
        file: 'packages/server/src/store/sqlite-commit.ts',
        from: 'Math.max(row.read_seq, Math.min(move.readSeq ?? 0, head.seq))',
        to: 'Math.min(move.readSeq ?? 0, head.seq)',
      },
    ],
    seed: 1,
    only: 'F12,F20',
    breaks: /^I11 /m,
  },
];

/** The sources in a folder of their own, with one change; what they depend on is linked. */
function broken({ changes }: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-mutant-'));
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  // Links to packages of ours are relative, and stay among the copies.
  for (const name of packages)
    cpSync(join(root, 'packages', name), join(folder, 'packages', name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !left.has(basename(path)),
    });
  for (const { file, from, to } of changes) {
    const path = join(folder, file);
    const source = readFileSync(path, 'utf8');
    if (source.split(from).length !== 2) throw new Error(`${file} does not have this text once: ${from}`);
    writeFileSync(
      path,
      source.replace(from, () => to),
    );
  }
  return folder;
}

describe('the checker goes red on a build without', () => {
  for (const mutant of mutants)
    test(
      mutant.name,
      async () => {
        const folder = broken(mutant);
        try {
          const main = join(folder, 'packages/bench/src/chaos/main.ts');
          const args = ['--quick', '--seed', String(mutant.seed), '--only', mutant.only];
          const child = Bun.spawn([process.execPath, main, ...args], { stdout: 'pipe', stderr: 'inherit' });
          const output = await new Response(child.stdout).text();
          expect(output).toMatch(/^violations: [1-9]\d*$/m);
          expect(output).toMatch(mutant.breaks);
          expect(output).not.toContain('The run failed');
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      120_000,
    );
});
