import { expect, test } from 'bun:test';
import type { Result } from '@parley/protocol';
import { parley } from './run-parley.ts';
import { refusalOf, register } from './security/people.ts';
import { ServerProcess } from './server-process.ts';
import { http } from './socket-client.ts';

interface Faults {
  readonly points: Readonly<Record<string, { readonly hits: number; readonly fired: number }>>;
}

test('without the setting there is no /faults, and nothing can be asked for', async () => {
  await using server = await ServerProcess.start();
  const arm = { point: 'command.received', action: 'kill' };
  const asked = [
    await fetch(`${server.opsUrl}/faults`),
    await fetch(`${server.opsUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ arm }),
    }),
  ];
  expect(asked.map(({ status }) => status)).toEqual([404, 404]);
  const ann = await register(server, 'ann');
  const socket = await ann.hello();
  expect((await socket.command('session.get', {})).account.id).toBe(ann.id);
  socket.close();
}, 20_000);

test('faults may be asked for on loopback only', async () => {
  const env = { PARLEY_FAULTS: 'on', PARLEY_OPS_HOST: '0.0.0.0' };
  const { code, err } = await parley(['start'], { env });
  expect(code).toBe(1);
  expect(err).toStartWith('parley: faults = "on"');
  expect(err).toContain('PARLEY_OPS_HOST=127.0.0.1');
});

test('D1 D2 D11 F5 a server with faults says so, fails as it is told, and tells no lies meanwhile', async () => {
  await using server = await ServerProcess.start({ PARLEY_RATE_LIMITS: 'off', PARLEY_FAULTS: 'on' });
  const control = (body: unknown): Promise<Faults> => http<Faults>(`${server.opsUrl}/faults`, { body });
  const [ann, ben] = [await register(server, 'ann'), await register(server, 'ben')];
  const { conversation } = await http<Result<'conversation.direct'>>(`${server.apiUrl}/directs`, {
    token: ann.token,
    body: { userId: ben.id },
  });
  const [socket, witness] = [await ann.hello(), await ben.hello()];
  const send = (clientMsgId: string) =>
    socket.command('message.send', {
      conversationId: conversation.id,
      clientMsgId,
      content: { type: 'text', text: clientMsgId },
    });

  await control({ arm: { point: 'commit.inside', action: 'fail' } });
  expect(await refusalOf(send('inside'))).toBe('unavailable');
  await control({ arm: { point: 'ack.before', action: 'fail' } });
  expect(await refusalOf(send('unacked'))).toBe('deadline-exceeded');
  expect((await send('unacked')).seq).toBe(1);
  await control({ store: { isReadOnly: true } });
  expect(await refusalOf(send('read-only'))).toBe('unavailable');
  await http(`${server.apiUrl}/conversations/${conversation.id}/messages`, { token: ben.token });
  await control({ clear: true, queue: { isDisordered: true } });
  const acks = await Promise.all(Array.from({ length: 50 }, (_, index) => send(`shuffled-${index}`)));
  for (const { id } of acks) await witness.push('message.changed', ({ message }) => message.id === id);
  const metrics = await (await fetch(`${server.opsUrl}/metrics`)).text();
  expect(metrics).toContain('parley_refused_total{reason="unavailable"} 2');
  expect((await control({ clear: true })).points['commit.inside']).toMatchObject({ fired: 1 });
  socket.close();
  witness.close();
}, 30_000);
