import type { z } from 'zod';
import type { Command } from './command.ts';
import { commandList } from './commands.ts';
import { pushes } from './pushes.ts';
import { SchemaBook } from './schema-book.ts';
import { schemaBlock, schemaType } from './schema-type.ts';

/**
 * The model, the commands and the pushes as plain TypeScript, so that whoever installs the SDK gets their types without
 * the schema library. Stands beside the declarations of `errors.ts`, `limits.ts` and `close-codes.ts`.
 */
export function protocolDeclarations(): string {
  const book = new SchemaBook('draft-2020-12');
  const commands = commandFields(book);
  const pushed = pushTypes(book);
  return [
    `export * from './close-codes.js';\nexport * from './errors.js';\nexport * from './limits.js';`,
    modelTypes(book),
    'export type PresenceState = Presence;',
    `/** Every command: what it takes and what it answers. */\nexport interface Commands {\n${commands}\n}`,
    'export type CommandName = keyof Commands;',
    "export type ParamsInput<Name extends CommandName> = Commands[Name]['params'];",
    "export type Result<Name extends CommandName> = Commands[Name]['result'];",
    `/** What the server says by itself. */\nexport type Push =\n${pushed};`,
    'export type PushName = Push["push"];\nexport type PushOf<Name extends PushName> = Extract<Push, { push: Name }>;',
    '',
  ].join('\n\n');
}

function commandFields(book: SchemaBook): string {
  return (commandList as readonly Command[])
    .map(
      ({ name, summary, params, result }) =>
        `  /** ${summary} */\n  '${name}': {\n    params: ${schemaType(book.input(params))};\n    result: ${schemaType(book.output(result))};\n  };`,
    )
    .join('\n');
}

function pushTypes(book: SchemaBook): string {
  return Object.values(pushes as Readonly<Record<string, z.ZodType>>)
    .map((push) => `  /** ${push.meta()?.description ?? ''} */\n  | ${schemaType(book.output(push))}`)
    .join('\n');
}

function modelTypes(book: SchemaBook): string {
  return Object.entries(book.components)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => {
      const { description } = schema;
      const comment = typeof description === 'string' ? `/** ${description} */\n` : '';
      return `${comment}export type ${name} = ${schemaBlock(schema)};`;
    })
    .join('\n');
}
