import type { z } from 'zod';
import type { Command } from './command.ts';
import { accountCommands } from './commands/accounts.ts';
import { conversationCommands } from './commands/conversations.ts';
import { messageCommands } from './commands/messages.ts';
import { sessionCommands } from './commands/sessions.ts';

/** Every command there is, in the order of the documentation. */
export const commandList = [
  ...sessionCommands,
  ...accountCommands,
  ...conversationCommands,
  ...messageCommands,
] as const;

type Described = (typeof commandList)[number];
export type CommandName = Described['name'];
export type CommandOf<Name extends CommandName> = Extract<Described, { name: Name }>;
/** What a client writes (defaults may be left out). */
export type ParamsInput<Name extends CommandName> = z.input<CommandOf<Name>['params']>;
/** What a handler gets. */
export type Params<Name extends CommandName> = z.output<CommandOf<Name>['params']>;
export type Result<Name extends CommandName> = z.output<CommandOf<Name>['result']>;

const byName: ReadonlyMap<string, Command<CommandName>> = new Map(
  commandList.map((command) => [command.name, command as Command<CommandName>]),
);

export function findCommand(name: string): Command<CommandName> | undefined {
  return byName.get(name);
}
