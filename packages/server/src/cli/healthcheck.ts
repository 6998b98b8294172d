import type { Config } from '../config/config.ts';
import { directFetch } from '../direct-fetch.ts';
import { httpAddress } from '../http-address.ts';
import { StartError } from '../start-error.ts';

/** Longer than the server takes to find that something does not answer. */
const answerMs = 5_000;
/** To listen on all addresses, and the one of them to ask. */
const asked: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1', '[::]': '::1' };

/**
 * Asks the server with this configuration, on its operations port, whether it can serve: for a container, whose image has no curl.
 * @returns a sentence for people. @throws StartError saying what does not work.
 */
export async function checkHealth({ opsHost, opsPort }: Config): Promise<string> {
  const url = `${httpAddress(asked[opsHost] ?? opsHost, opsPort)}/readyz`;
  const { ok, text } = await ask(url);
  if (!ok) throw new StartError(`${url}: ${text}`);
  return text;
}

async function ask(url: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const answer = await directFetch(url, { signal: AbortSignal.timeout(answerMs) });
    return { ok: answer.ok, text: (await answer.text()).trim() };
  } catch (cause) {
    throw new StartError(`Nothing answers at ${url}. Does the server run, with this ops_host and ops_port?`, { cause });
  }
}
