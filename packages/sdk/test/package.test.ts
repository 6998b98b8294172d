import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { commandList } from '@parley/protocol';
import { ServerProcess } from '../../server/test/server-process.ts';
import { InstalledPackage } from './installed-package.ts';
import { needsNode, node } from './node-program.ts';
import { expectChat, program } from './runtime-steps.ts';

const slow = 60_000;
/** What the whole client may cost a page, minified and compressed, without React. */
const coreGzipBytesMax = 28_000;
/** What one small thing of it may cost. */
const partGzipBytesMax = 2_000;
let installed: InstalledPackage;

beforeAll(async () => {
  installed = await InstalledPackage.install();
}, slow);

afterAll(async () => {
  await installed[Symbol.asyncDispose]();
});

describe('the package', () => {
  test('holds its modules, their types, a manifest, the guide and the licence, and brings nothing else along', async () => {
    const files = await installed.files();
    expect(files.filter((name) => !name.endsWith('.d.ts'))).toEqual([
      'LICENSE',
      'README.md',
      'errors.js',
      'file.js',
      'index.js',
      'package.json',
      'react.js',
    ]);
    expect(files).toContain('index.d.ts');
    expect(files).toContain('protocol/index.d.ts');
    expect(files).not.toContain('client.d.ts');
    expect(await installed.neighbours()).toEqual(['@parley']);
  });

  test.skipIf(node === undefined)(
    `D2 chats from plain JavaScript in Node ${needsNode}`,
    async () => {
      await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off' });
      await expectChat({ command: [node ?? '', program], module: installed.path('index'), server });
    },
    slow,
  );

  test('loads in an empty global scope: nothing is opened, timed or stored before a client connects', async () => {
    const code = await installed.bundle(`export * from '@parley/sdk'`);
    const module = code.replace(/export\s*\{[^}]*\};?\s*$/, '');
    expect(() => runInNewContext(module, {})).not.toThrow();
  });
});

describe('a page pays for what it uses', () => {
  test('one small thing does not bring the client along', async () => {
    for (const part of ['memoryStorage', 'limits', 'ParleyError', 'webStorage']) {
      const code = await installed.bundle(`import { ${part} } from '@parley/sdk'; console.log(${part});`);
      expect([part, code.includes('session.hello')]).toEqual([part, false]);
      expect(Bun.gzipSync(code).length).toBeLessThan(partGzipBytesMax);
    }
  });

  test(`the whole client is less than ${coreGzipBytesMax} bytes, and knows nothing of React or schemas`, async () => {
    const code = await installed.bundle(`import { createClient } from '@parley/sdk'; console.log(createClient);`);
    expect([code.includes('session.hello'), /["']react["']|zod/i.test(code)]).toEqual([true, false]);
    expect(Bun.gzipSync(code).length).toBeLessThan(coreGzipBytesMax);
  });

  test('the hooks bring neither the client nor React along', async () => {
    const code = await installed.bundle(`import { useMessages } from '@parley/sdk/react'; console.log(useMessages);`);
    expect(code).toMatch(/from\s*"react"/);
    expect(code).not.toContain('session.hello');
    expect(Bun.gzipSync(code).length).toBeLessThan(partGzipBytesMax);
  });

  test('frameworks that render on the server learn that hooks are for the client', async () => {
    expect(await Bun.file(installed.path('react')).text()).toStartWith("'use client';\n");
  });
});

describe('the types', () => {
  test(
    'hold in a program of the strictest options, without a library beside them but React',
    async () => {
      expect(
        await installed.typeErrors({ 'program.ts': typedProgram, 'bot.ts': typedBot, 'page.tsx': typedPage }),
      ).toBe('');
    },
    slow,
  );

  test(
    'hold in every snippet of the guide and its reference',
    async () => {
      const guide = await Bun.file(join(import.meta.dir, '../../../docs/sdk.md')).text();
      // Those that are files of their own are run.
      const written = guide.replaceAll(/^<!-- examples\/.* -->\n\n```[^]*?^```$/gm, '');
      const snippets = [...written.matchAll(/^( *)```(tsx?)\n([^]*?)^ *```$/gm)];
      expect(snippets.length).toBeGreaterThan(10);
      const programs = snippets.map(([, , kind = '', code = ''], index) => [
        `snippet-${index}.${kind}`,
        moduleOf(code),
      ]);
      expect(await installed.typeErrors({ 'around.d.ts': around, ...Object.fromEntries(programs) })).toBe('');
    },
    slow,
  );

  test(
    'find mistakes',
    async () => {
      const errors = await installed.typeErrors({ 'wrong.ts': wrongProgram });
      expect(errors.match(/wrong\.ts\(\d+/g)).toEqual(['wrong.ts(3', 'wrong.ts(4', 'wrong.ts(5', 'wrong.ts(6']);
    },
    slow,
  );

  test(
    'of the protocol are those of its schemas',
    async () => {
      const schemas = join(import.meta.dir, '../../protocol/src/index.ts');
      expect(await installed.typeErrors({ 'equal.ts': equalTypes(schemas) })).toBe('');
    },
    slow,
  );
});

/** What the snippets of the guide take for granted. */
const around = `
import type { ConversationHandle, ParleyClient } from '@parley/sdk';
declare global {
  const chat: ParleyClient;
  const conversation: ConversationHandle;
  const password: string;
  const url: string;
  function show(...values: unknown[]): void;
  const root: { render(node: unknown): void };
  const Lobby: () => null;
}
`;

/** A snippet that brings no imports gets those it needs. */
function moduleOf(code: string): string {
  if (code.includes('import ')) return code;
  const values = ['createClient', 'ParleyError', 'memoryStorage'].filter((name) => code.includes(name));
  const file = code.includes('openFileStorage') ? "import { openFileStorage } from '@parley/sdk/file';" : '';
  const hooks = ['ParleyProvider', 'useConversation'].filter((name) => code.includes(name));
  const element = code.includes('createElement') ? "import { createElement } from 'react';" : '';
  return `import { ${values.join(', ')} } from '@parley/sdk';\nimport { ${hooks.join(', ')} } from '@parley/sdk/react';\n${element}\n${file}\n${code}`;
}

const typedProgram = `
import { createClient, memoryStorage, ParleyError, limits, type ClientEvent, type Message } from '@parley/sdk';
const chat = createClient({ url: 'http://localhost:8080', storage: memoryStorage() });
await chat.connect({ signal: AbortSignal.timeout(limits.authDeadlineMs) });
const stop: () => void = chat.on('message', ({ message, isOwn }) => console.log(message.seq + 1, isOwn === true));
for await (const event of chat.events()) {
  if (event.type === 'message.failed') console.log(event.error.code, event.error.retryable, event.error.retryAfterMs);
  if (event.type === 'push' && event.push.push === 'typing') console.log(event.push.isTyping);
}
const ack = await chat.conversation(1).sendAndWait({ type: 'text', text: 'hi', mentions: [2] });
const { items } = await chat.request('message.history', { conversationId: 1, limit: 10 });
const last: Message | undefined = items.at(-1);
const told: ClientEvent['type'] = 'session.ended';
try {
  await chat.conversation(1).edit(ack.seq, 'ho');
} catch (error) {
  if (error instanceof ParleyError && error.code === 'too-late') stop();
}
console.log(last?.content.type === 'text' ? last.content.text : told);
await chat[Symbol.asyncDispose]();
`;

const typedBot = `
import { createClient, type KeyValueStorage } from '@parley/sdk';
import { openFileStorage, type FileStorage } from '@parley/sdk/file';
const storage: FileStorage & KeyValueStorage = await openFileStorage('bot.parley');
await createClient({ url: 'http://localhost:8080', storage }).close();
await storage.close();
`;

const typedPage = `
import { createClient, type ParleyClient } from '@parley/sdk';
import { ParleyProvider, useConnection, useMessages, usePresence, useTyping } from '@parley/sdk/react';
const client: ParleyClient = createClient();
function Page() {
  const online: boolean = useConnection().status === 'online';
  return <p title={usePresence(1)?.isOnline ? 'here' : 'away'}>{useMessages(1).items.length + useTyping(1).length}{online}</p>;
}
export const app = <ParleyProvider client={client}><Page /></ParleyProvider>;
`;

const wrongProgram = `import { createClient } from '@parley/sdk';
const chat = createClient({ url: 'http://localhost:8080' });
chat.on('mesage', () => undefined);
await chat.conversation('1').send('hi');
await chat.request('message.send', { conversationId: 1 });
chat.connection.getSnapshot().status === 'on';
`;

/** A program that compiles only if what is declared and what is inferred from the schemas fit each other. */
function equalTypes(schemas: string): string {
  const both = (one: string): string =>
    `[Fits<declared.${one}, inferred.${one}>, Fits<inferred.${one}, declared.${one}>]`;
  const types = [
    ...commandList.flatMap(({ name }) => [
      `Fits<declared.ParamsInput<'${name}'>, inferred.ParamsInput<'${name}'>>`,
      both(`Result<'${name}'>`),
    ]),
    ...['CommandName', 'Push', 'PresenceState', 'SendableContent'].map(both),
  ];
  return `
import type * as declared from './node_modules/@parley/sdk/protocol/index.js';
import type * as inferred from '${schemas}';
type Fits<A extends B, B> = A;
${types.map((type, index) => `export type Check${index} = ${type};`).join('\n')}
`;
}
