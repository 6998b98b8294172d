import type { Result } from '@parley/protocol';
import type { ServerProcess } from '../server-process.ts';
import { http, SocketClient } from '../socket-client.ts';

export const password = 'correct horse battery';

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly token: string;
  /** A new socket of theirs, signed in. */
  hello(): Promise<SocketClient>;
}

export async function register(server: ServerProcess, userName: string): Promise<Person> {
  const made = await http<Result<'account.register'>>(`${server.apiUrl}/accounts`, { body: { userName, password } });
  return personOf(server, made);
}

/** Another device of somebody. */
export async function signIn(server: ServerProcess, userName: string): Promise<Person> {
  const made = await http<Result<'session.create'>>(`${server.apiUrl}/sessions`, { body: { userName, password } });
  return personOf(server, made);
}

function personOf(server: ServerProcess, { account, token }: Result<'session.create'>): Person {
  return { id: account.id, name: account.name, token, hello: () => SocketClient.hello(server.socketUrl, token) };
}

/** The code of the refusal; undefined when there was none. */
export async function refusalOf(asked: Promise<unknown>): Promise<string | undefined> {
  return asked.then(
    () => undefined,
    (error: unknown) => (error as { wire?: { code?: string } }).wire?.code ?? String(error),
  );
}
