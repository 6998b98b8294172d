import { directFetch } from '../direct-fetch.ts';
import { StartError } from '../start-error.ts';
import type { ControlAddress } from './control-file.ts';
import type { RolloutLine } from './control.ts';
import { linesOf } from './lines-of.ts';
import type { RolloutOutcome } from './rollout.ts';
import type { Say } from './say.ts';

/** Asks the cluster that runs for a rollout and says how it goes. @throws StartError when there is none, or one is under way */
export async function askRollout({ url, token }: ControlAddress, say: Say): Promise<RolloutOutcome> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await directFetch(`${url}/rollout`, { method: 'POST', headers, timeout: false }).catch(
    (cause: unknown) => {
      throw new StartError('The cluster that ran on this data does not answer: it was ended or killed.', { cause });
    },
  );
  if (answer.status === 409) throw new StartError('A rollout is under way already.');
  if (!answer.ok || answer.body === null) throw new StartError(`The cluster refuses: status ${answer.status}.`);
  for await (const text of linesOf(answer.body)) {
    const line = JSON.parse(text) as RolloutLine;
    if ('outcome' in line) return line.outcome;
    say(line.name, line.text);
  }
  throw new StartError('The cluster was stopped before the rollout was over.');
}
