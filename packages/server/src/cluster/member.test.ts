import { expect, test } from 'bun:test';
import { Member } from './member.ts';
import { MemberProcess } from './member-process.ts';

const place = { name: 'task-1', part: 'task' } as const;

/** A member whose processes do nothing, and are ready when `isReady` says so. */
function world() {
  const said: string[] = [];
  const processes: MemberProcess[] = [];
  const w = { said, processes, isReady: (_nodeId: string): boolean | Promise<boolean> => true };
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async ({ url }) => {
      const isReady = await w.isReady(new URL(url).pathname.split('/')[1] ?? '');
      return new Response(null, { status: isReady ? 200 : 503 });
    },
  });
  const spawn = async (_place: unknown, generation: number): Promise<MemberProcess> => {
    const nodeId = String(generation);
    const opsUrl = `http://127.0.0.1:${server.port}/${nodeId}`;
    const process = new MemberProcess({
      nodeId,
      command: ['sleep', '600'],
      environment: { PATH: '/usr/bin:/bin' },
      opsUrl,
      onLine: () => undefined,
    });
    processes.push(process);
    return process;
  };
  const member = new Member({ place, drainMs: 0, spawn, say: (_name, text) => void said.push(text) });
  const dispose = async (): Promise<void> => {
    member.kill();
    for (const process of processes) process.kill();
    await server.stop(true);
  };
  return Object.assign(w, { member, [Symbol.asyncDispose]: dispose });
}

test('one that dies while its successor starts is not started a third time', async () => {
  await using w = world();
  await w.member.start();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  w.isReady = (nodeId) => (nodeId === '2' ? (asked.resolve(), answer.promise) : true);
  const replaced = w.member.replace();
  await asked.promise;
  w.processes[0]?.kill();
  await w.processes[0]?.ended;
  answer.resolve(true);
  await replaced;
  expect(w.said).toEqual([]);
  expect(w.processes).toHaveLength(2);
  expect(w.member.current?.pid).toBe(w.processes[1]?.pid ?? 0);
});

test('when both die, it is started again', async () => {
  await using w = world();
  await w.member.start();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<boolean>();
  w.isReady = (nodeId) => (nodeId === '2' ? (asked.resolve(), answer.promise) : true);
  const replaced = w.member.replace().then(
    () => 'replaced',
    (error: Error) => error.message,
  );
  await asked.promise;
  for (const process of w.processes) process.kill();
  await Promise.all(w.processes.map(({ ended }) => ended));
  answer.resolve(false);
  expect(await replaced).toBe('was ended by SIGKILL');
  expect(w.said).toEqual(['does not run; it starts again in 0.5 s']);
});

test('one that dies is started again, and the one that was replaced is not', async () => {
  await using w = world();
  await w.member.start();
  await w.member.replace();
  expect(w.said).toEqual([]);
  w.processes[1]?.kill();
  await w.processes[1]?.ended;
  expect(w.said).toEqual(['was ended by SIGKILL; it starts again in 0.5 s']);
});
