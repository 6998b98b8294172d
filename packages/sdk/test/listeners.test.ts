import { expect, spyOn, test } from 'bun:test';
import { ackOf, online } from './scripted-client.ts';
import { refused } from './scripted-server.ts';

/** Runs `work` and returns what listeners threw meanwhile, as the runtime is told of it. */
async function thrownIn(work: () => Promise<void>): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const report = spyOn(globalThis, 'reportError').mockImplementation((error) => void thrown.push(error));
  try {
    await work();
    return thrown;
  } finally {
    report.mockRestore();
  }
}

const broken = (): never => {
  throw new Error('A defect of the program.');
};

test('a handler that throws keeps no message from other handlers, and none from going out', async () => {
  const { server, client } = await online();
  const failed: string[] = [];
  client.on('message.failed', broken);
  client.on('message.failed', ({ clientMsgId }) => failed.push(clientMsgId));
  server.answers['message.send'] = (frame) => (frame.params['clientMsgId'] === 'm1' ? refused('muted') : ackOf(frame));
  const thrown = await thrownIn(async () => {
    const first = client.conversation(7).sendAndWait('no', { clientMsgId: 'm1' });
    const second = client.conversation(7).sendAndWait('yes', { clientMsgId: 'm2' });
    await server.pass(0);
    expect(await first.catch((error: unknown) => error)).toMatchObject({ code: 'muted' });
    expect(await second).toMatchObject({ seq: 2 });
  });
  expect(failed).toEqual(['m1']);
  expect(thrown).toEqual([new Error('A defect of the program.')]);
});

test('a listener that throws when the connection comes does not make it go', async () => {
  const { server, client } = await online();
  const statuses: string[] = [];
  client.connection.subscribe(broken);
  client.connection.subscribe(() => statuses.push(client.connection.getSnapshot().status));
  const thrown = await thrownIn(async () => {
    server.link.lose();
    await server.pass(60_000);
  });
  expect(statuses).toEqual(['waiting', 'connecting', 'online']);
  expect([server.links.length, thrown.length]).toEqual([2, 3]);
});

test('a listener of what is shown that throws keeps nothing from the others', async () => {
  const { server, client } = await online();
  const shown: number[] = [];
  const { messages } = client.conversation(7);
  messages.subscribe(broken);
  messages.subscribe(() => shown.push(messages.getSnapshot().items.length));
  const thrown = await thrownIn(async () => {
    await client.conversation(7).send('hello');
    await server.pass(0);
  });
  expect([shown, thrown.length]).toEqual([[1], 1]);
});
