import { expect, test } from 'bun:test';
import { connect } from 'node:net';
import { seedPost } from '../seed-client.ts';
import { ServerProcess } from '../server-process.ts';
import { refusalOf, register, signIn } from './people.ts';

/** A sign-in from another address of this machine. */
function guess(port: number, from: string, userName: string): Promise<number> {
  const body = JSON.stringify({ userName, password: `guess ${Math.random()}` });
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(Number(answer.split(' ')[1])));
    socket.on('error', reject);
    socket.write(
      `POST /v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
  });
}

test('of 1,000 guesses from many addresses at most 10 are evaluated, and the owner still gets in', async () => {
  await using server = await ServerProcess.start();
  await register(server, 'owner');
  await signIn(server, 'owner');
  const statuses: number[] = [];
  for (let batch = 0; batch < 20; batch++)
    statuses.push(
      ...(await Promise.all(
        Array.from({ length: 50 }, (_, index) => guess(server.ports.api, `127.0.${batch}.${index + 2}`, 'OWNER')),
      )),
    );
  const evaluated = statuses.filter((status) => status === 401).length;
  expect(statuses).toHaveLength(1_000);
  expect(evaluated).toBeGreaterThan(0);
  expect(evaluated).toBeLessThanOrEqual(10);
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  await signIn(server, 'owner');
}, 60_000);

test('a name that does not exist is slowed alike, and the seed’s sign-in counts with the others', async () => {
  await using server = await ServerProcess.start();
  const tries = async (userName: string) => {
    const codes: (string | undefined)[] = [];
    for (let index = 0; index < 8; index++)
      codes.push(
        index % 2 === 0
          ? (await seedPost(server.ports.api, '/user/login', { userName, passWord: 'guess 1234' })).message
          : await refusalOf(signIn(server, userName)),
      );
    return codes;
  };
  const unknown = await tries('nobody');
  await register(server, 'somebody');
  expect(unknown.slice(5).every((code) => code === 'rate-limited' || code?.startsWith('Too many'))).toBe(true);
  expect(
    unknown.slice(0, 5).every((code) => code === 'wrong-credentials' || code === 'The name or the password is wrong.'),
  ).toBe(true);
}, 60_000);

test('the old password is guarded when it is asked for a new one', async () => {
  await using server = await ServerProcess.start();
  const ann = await register(server, 'ann');
  const socket = await ann.hello();
  const codes: (string | undefined)[] = [];
  for (let index = 0; index < 20; index++)
    codes.push(
      await refusalOf(
        socket.command('account.changePassword', {
          currentPassword: `guess ${index}`,
          newPassword: 'another horse battery',
        }),
      ),
    );
  expect(codes.filter((code) => code === 'wrong-credentials').length).toBeLessThanOrEqual(10);
  expect(codes.at(-1)).toBe('rate-limited');
  socket.close();
}, 60_000);
