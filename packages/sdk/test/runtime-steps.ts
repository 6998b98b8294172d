import { expect } from 'bun:test';
import { join } from 'node:path';
import type { ServerProcess } from '../../server/test/server-process.ts';

export const program = join(import.meta.dir, 'runtime-program.mjs');

export interface Runtime {
  readonly command: readonly string[];
  /** Where the SDK is imported from. */
  readonly module: string;
  readonly server: ServerProcess;
  readonly transport?: 'auto' | 'stream';
}

/** Runs `runtime-program.mjs` with a command, killing and restarting the server where the program wants that. */
export async function expectChat({ command, module, server, transport = 'auto' }: Runtime): Promise<void> {
  const child = Bun.spawn([...command, module, `http://127.0.0.1:${server.ports.site}`, transport], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  });
  const lines = linesOf(child.stdout);
  const goOn = async (): Promise<void> => {
    await child.stdin.write('go on\n');
    await child.stdin.flush();
  };
  try {
    expect((await lines.next()).value).toBe('chatting');
    await server.kill();
    await goOn();
    expect((await lines.next()).value).toBe('waiting');
    await server.start();
    await goOn();
    expect((await lines.next()).value).toBe('done, seen 1 time');
    await goOn();
    expect(await child.exited).toBe(0);
  } finally {
    child.kill();
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
