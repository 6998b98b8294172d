import { join } from 'node:path';
import {
  closeCodes,
  comeBackAfter,
  errorTable,
  type CloseReason,
  type ErrorCode,
} from '../../packages/protocol/src/index.ts';
import { commandList } from '../../packages/protocol/src/commands.ts';
import { commonErrors, type Command } from '../../packages/protocol/src/command.ts';
import { errorsOf } from '../../packages/protocol/src/problem.ts';
import { table } from '../../packages/protocol/src/protocol-tables.ts';
import { closeAdvice, errorAdvice } from './advice.ts';
import { readDeclarations, type Declaration, type Described } from './declarations.ts';

const source = join(import.meta.dir, '../../packages/sdk/src');
/** Each entry of the package, with the modules its public names stand in. */
const entries = {
  '@parley/sdk': ['create-client', 'contract', 'storage'],
  '@parley/sdk/react': ['react'],
  '@parley/sdk/file': ['file-storage'],
} as const;
/** Exported for the client’s own parts only. */
const internal: ReadonlySet<string> = new Set(['defaultStorage']);

/** Everything a program can name, in the order of the reference. */
export function publicDeclarations(): Readonly<Record<string, readonly Declaration[]>> {
  return Object.fromEntries(
    Object.entries(entries).map(([entry, modules]) => [
      entry,
      modules
        .flatMap((module) => readDeclarations(join(source, `${module}.ts`)))
        .filter(({ name }) => !internal.has(name)),
    ]),
  );
}

/** Puts the generated parts between the marks of docs/sdk.md. */
export function fillReference(document: string): string {
  const parts = { events: eventRows(), errors: errorRows(), closes: closeRows(), reference: reference() };
  return Object.entries(parts).reduce((filled, [name, text]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [start, stop] = [filled.indexOf(begin) + begin.length, filled.indexOf(end)];
    if (start < begin.length || stop < start) throw new Error(`docs/sdk.md has no marks for ${name}.`);
    return `${filled.slice(0, start)}\n\n${text}\n\n${filled.slice(stop)}`;
  }, document);
}

function reference(): string {
  return Object.entries(publicDeclarations())
    .map(([entry, declarations]) => [`### \`${entry}\``, ...declarations.map(section)].join('\n\n'))
    .join('\n\n');
}

function section(declaration: Declaration): string {
  const { name, kind, signature } = declaration;
  const heading = kind === 'function' ? `#### \`${name}()\`` : `#### \`${name}\``;
  const shown = kind === 'interface' ? signature.replace('interface ', '') : signature;
  const about = shown === name ? [] : [`\`${shown}\``];
  const members =
    name === 'ClientEvent' ? ['See [Events](#events).'] : [declaration.members.map(item).join('\n').trimEnd()];
  const code = declaration.example === '' ? [] : [fenced(declaration.example)];
  return [heading, ...(name === 'ClientEvent' ? [] : about), ...sentences(declaration), ...code, ...members]
    .filter((part) => part !== '')
    .join('\n\n');
}

function item(member: Described): string {
  const code = member.example === '' ? '' : `\n\n${indented(fenced(member.example))}\n`;
  return `- \`${member.signature}\`\n${indented(sentences(member).join('<br>\n'))}${code}`;
}

function sentences(described: Described): string[] {
  const own = described.throws.map(
    (text) =>
      `Errors: ${text.replace(/^(ParleyError|TypeError|Error) ?/, (type) => (type.startsWith('Parley') ? '' : `${type.trim()} `))}`,
  );
  const codes = described.commands.flatMap((name) => errorsOf(commandOf(name))).filter((code) => !isCommon(code));
  const refusals = described.commands.map((name) => `\`${name}\``).join(', ');
  const named = codes.length === 0 ? '' : `: ${[...new Set(codes)].map((code) => `\`${code}\``).join(', ')}`;
  return [described.text, ...own, ...(refusals === '' ? [] : [`Command: ${refusals}${named}.`])].filter(
    (text) => text !== '',
  );
}

function commandOf(name: string): Command {
  const command = (commandList as readonly Command[]).find((other) => other.name === name);
  if (command === undefined) throw new Error(`A docstring names the command ${name}, which there is not.`);
  return command;
}

function isCommon(code: ErrorCode): boolean {
  return (commonErrors as readonly ErrorCode[]).includes(code);
}

function eventRows(): string {
  const [events] = (publicDeclarations()['@parley/sdk'] ?? []).filter(({ name }) => name === 'ClientEvent');
  const rows = (events?.members ?? []).map(({ name, signature, text }) => [
    `\`${name}\``,
    [...signature.matchAll(/(\w+): /g)]
      .map(([, field = '']) => field)
      .filter((field) => field !== 'type')
      .map((field) => `\`${field}\``)
      .join(', '),
    text,
  ]);
  return table(['Event', 'Fields', 'Meaning'], rows);
}

function errorRows(): string {
  const rows = Object.entries(errorTable).map(([code, { retryable, meaning }]) => [
    `\`${code}\``,
    retryable ? 'yes' : 'no',
    meaning,
    errorAdvice[code as ErrorCode],
  ]);
  return table(['Code', 'Retryable', 'Meaning', 'What to do'], rows);
}

function closeRows(): string {
  const rows = Object.entries(closeCodes).map(([reason, { code, meaning }]) => [
    String(code),
    `\`${reason}\``,
    comeBackAfter(code),
    meaning,
    closeAdvice[reason as CloseReason],
  ]);
  return table(['Code', 'Reason', 'Come back?', 'Meaning', 'What to do'], rows);
}

function fenced(code: string): string {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
