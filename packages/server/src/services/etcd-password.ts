import { directFetch } from '../direct-fetch.ts';

/** Who may do anything: without this user nobody can be asked for a password. */
export const etcdUser = 'root';
const callMs = 5_000;
/** https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const codes = { wrong: 3, isAlreadySo: 9 } as const;

interface Answer {
  readonly code?: number;
  readonly message?: string;
  readonly users?: readonly string[];
  readonly roles?: readonly string[];
}

/**
 * Has an etcd that answers let in one user with the password and nobody else, also one that asked nobody so far, whoever made users
 * in it then. Does nothing when it asks for the password already.
 * @throws Error when it asks for another one, which cannot be changed without it
 */
export async function requireEtcdPassword(url: string, password: string): Promise<void> {
  const shown = await call(url, 'authenticate', { name: etcdUser, password });
  if (shown.code === undefined) return;
  if (shown.code === codes.wrong)
    throw new Error(
      'etcd asks for another password than is kept for it. Bring that back, or remove its folder, which is then made anew.',
    );
  await removeAll(url);
  await tell(url, 'user/add', { name: etcdUser, password });
  await tell(url, 'role/add', { name: etcdUser });
  await tell(url, 'user/grant', { user: etcdUser, role: etcdUser });
  await tell(url, 'enable', {});
}

/** While nobody is asked, `root` may be removed as well. */
async function removeAll(url: string): Promise<void> {
  const { users = [] } = await tell(url, 'user/list', {});
  for (const name of users) await tell(url, 'user/delete', { name });
  const { roles = [] } = await tell(url, 'role/list', {});
  for (const role of roles) await tell(url, 'role/delete', { role });
}

/** What is so already, because it was interrupted here before, is no failure. */
async function tell(url: string, what: string, body: object): Promise<Answer> {
  const answer = await call(url, what, body);
  const { code, message } = answer;
  if (code !== undefined && code !== codes.isAlreadySo) throw new Error(`etcd refuses ${what}: ${message ?? ''}`);
  return answer;
}

async function call(url: string, what: string, body: object): Promise<Answer> {
  const signal = AbortSignal.timeout(callMs);
  const answer = await directFetch(`${url}/v3/auth/${what}`, { method: 'POST', body: JSON.stringify(body), signal });
  return (await answer.json()) as Answer;
}
