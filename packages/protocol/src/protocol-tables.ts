import type { z } from 'zod';
import { closeCodes, comeBackAfter } from './close-codes.ts';
import { commandList } from './commands.ts';
import { commonErrors, type Command } from './command.ts';
import { errorTable } from './errors.ts';
import { limits } from './limits.ts';
import { problem, wireError } from './problem.ts';
import { pushes } from './pushes.ts';
import { rates } from './rates.ts';
import { SchemaBook, type JsonSchema } from './schema-book.ts';
import { fieldLines, schemaText } from './schema-text.ts';

const whoMay = {
  anonymous: 'anybody',
  session: 'whoever is signed in',
  account: 'whoever has an account, not guests',
} as const;

/** Puts the tables of the protocol between the marks `<!-- begin x -->` and `<!-- end x -->` of PROTOCOL.md. */
export function fillTables(document: string): string {
  return Object.entries(tables()).reduce((filled, [name, table]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const [start, stop] = [filled.indexOf(begin) + begin.length, filled.indexOf(end)];
    if (start < begin.length || stop < start) throw new Error(`PROTOCOL.md has no marks for ${name}.`);
    return `${filled.slice(0, start)}\n\n${table}\n\n${filled.slice(stop)}`;
  }, document);
}

function tables(): Readonly<Record<string, string>> {
  const book = new SchemaBook('draft-2020-12');
  const commands = commandSections(book);
  const pushed = pushSections(book);
  book.output(problem);
  book.output(wireError);
  return {
    commands,
    pushes: pushed,
    model: modelSections(book),
    errors: errorRows(),
    closes: closeRows(),
    limits: limitRows(),
    rates: rateRows(),
  };
}

function commandSections(book: SchemaBook): string {
  const sections: string[] = [];
  let subject = '';
  for (const command of commandList as readonly Command[]) {
    const next = command.name.slice(0, command.name.indexOf('.'));
    if (next !== subject) sections.push(`### ${(subject = next)}`);
    sections.push(commandSection(command, book));
  }
  return sections.join('\n\n');
}

function commandSection(command: Command, book: SchemaBook): string {
  const { http } = command;
  const route = http === undefined ? 'Sockets only' : `\`${http.method} /v1${http.path}\` → ${http.status}`;
  const shapes = [
    ...shapeLines('params', book.resolve(book.input(command.params))),
    ...shapeLines('result', book.output(command.result)),
  ];
  return [
    `#### \`${command.name}\``,
    command.summary,
    `${route} · ${whoMay[command.access]} · rate \`${command.rate}\``,
    fenced(shapes),
    ...(command.errors.length === 0 ? [] : [`Errors: ${command.errors.map((code) => `\`${code}\``).join(', ')}`]),
  ].join('\n\n');
}

function pushSections(book: SchemaBook): string {
  const sections = Object.entries(pushes as Readonly<Record<string, z.ZodType>>).map(([name, push]) =>
    [`### \`${name}\``, push.meta()?.description ?? '', fenced(fieldLines(book.output(push)) ?? [])].join('\n\n'),
  );
  return sections.join('\n\n');
}

function modelSections(book: SchemaBook): string {
  const names = Object.keys(book.components).toSorted((a, b) => (a < b ? -1 : 1));
  return names.map((name) => modelSection(name, book.components[name] ?? {})).join('\n\n');
}

function modelSection(name: string, schema: JsonSchema): string {
  const variants = (schema['oneOf'] ?? schema['anyOf']) as readonly JsonSchema[] | undefined;
  const lines = fieldLines(schema) ?? variants?.map((variant) => schemaText(variant)) ?? [schemaText(schema)];
  const { description } = schema as { description?: string };
  return [`### ${name}`, ...(description === undefined ? [] : [description]), fenced(lines)].join('\n\n');
}

function shapeLines(title: string, schema: JsonSchema): readonly string[] {
  const lines = fieldLines(schema) ?? [schemaText(schema)];
  return [title, ...(lines.length === 0 ? ['  nothing'] : lines.map((line) => `  ${line}`))];
}

function fenced(lines: readonly string[]): string {
  return ['```text', ...lines, '```'].join('\n');
}

function errorRows(): string {
  const common = new Set<string>(commonErrors);
  const rows = Object.entries(errorTable).map(([code, { status, retryable, meaning }]) => [
    `\`${code}\``,
    String(status),
    retryable ? 'yes' : 'no',
    `${meaning}${common.has(code) ? ' (Any command.)' : ''}`,
  ]);
  return table(['Code', 'HTTP', 'Retry', 'Meaning'], rows);
}

function closeRows(): string {
  const rows = Object.entries(closeCodes).map(([reason, { code, meaning }]) => [
    String(code),
    `\`${reason}\``,
    comeBackAfter(code),
    meaning,
  ]);
  return table(['Code', 'Reason', 'Come back', 'Meaning'], rows);
}

function limitRows(): string {
  return table(
    ['Limit', 'Value'],
    Object.entries(limits).map(([name, value]) => [`\`${name}\``, value.toLocaleString('en-US')]),
  );
}

function rateRows(): string {
  const rows = Object.entries(rates).map(([name, { limit, windowMs, per }]) => [
    `\`${name}\``,
    limit.toLocaleString('en-US'),
    `${windowMs / 1_000} s`,
    per,
  ]);
  return table(['Class', 'At most', 'Within', 'Per'], rows);
}

/** A Markdown table, aligned as the formatter would. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_title, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [titles = [], ...body] = cells;
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
