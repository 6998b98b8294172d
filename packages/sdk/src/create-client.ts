import { Client } from './client.ts';
import type { ClientOptions, ParleyClient } from './contract.ts';
import { openLinkFor } from './open-link-for.ts';
import { systemEnvironment } from './system-environment.ts';
import { withTabs } from './tabs/with-tabs.ts';

/**
 * Makes a client; nothing is opened before `connect`.
 *
 * @example
 * const chat = createClient({ url: 'https://chat.example.org' });
 * await chat.account.signIn({ userName: 'ada', password });
 * chat.on('message', ({ message }) => show(message));
 * await chat.conversation(1).send('Hello');
 */
export function createClient(options: ClientOptions = {}): ParleyClient {
  const environment = { ...systemEnvironment, openLink: openLinkFor(options, systemEnvironment) };
  return new Client(options, withTabs(environment, options));
}
