import { Client } from '../src/client.ts';
import { memoryStorage } from '../src/storage.ts';
import { ok, ScriptedServer, type SentFrame } from './scripted-server.ts';

/** A client of a scripted server. */
export function open(
  server = new ScriptedServer(),
  storage = memoryStorage(),
  session: { readonly token?: string } = { token: 'token' },
) {
  const client = new Client({ url: 'http://parley.test', ...session, storage }, server.environment);
  return { server, client, storage };
}

/** One that is welcomed. */
export async function online(server = new ScriptedServer()) {
  const parts = open(server);
  const connected = parts.client.connect();
  await parts.server.pass(0);
  await connected;
  return parts;
}

/** Takes its number from the clientMsgId. */
export function ackOf(frame: SentFrame): object {
  const seq = Number(String(frame.params['clientMsgId']).replace(/\D/g, ''));
  return ok({ id: String(seq), seq, version: seq, createdAt: seq });
}
