import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { commandList } from './commands.ts';
import { decodeCommand, decodeServerFrame } from './frames.ts';
import { findCommand } from './commands.ts';
import { fillTables } from './protocol-tables.ts';
import { pushes } from './pushes.ts';

const document = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');

test('PROTOCOL.md is up to date; `npm run bun scripts/protocol/update.ts` makes it so', () => {
  expect(fillTables(document)).toBe(document);
  for (const { name } of commandList) expect(document).toContain(`#### \`${name}\``);
  for (const name of Object.keys(pushes)) expect(document).toContain(`### \`${name}\``);
});

test('the frames that PROTOCOL.md shows are frames of the protocol', () => {
  const shown = [...document.matchAll(/^(→|←) (\{.*\})$/gm)];
  expect(shown.length).toBeGreaterThan(8);
  for (const [, direction, text = ''] of shown) {
    if (direction === '→') expectCommand(text);
    else expectServerFrame(text);
  }
});

function expectCommand(text: string): void {
  const { command, params } = decodeCommand(text);
  expect(findCommand(command)?.params.safeParse(params)).toMatchObject({ success: true });
}

function expectServerFrame(text: string): void {
  const frame = decodeServerFrame(text);
  if ('push' in frame) expect(pushes[frame.push].safeParse(frame)).toMatchObject({ success: true });
  else expect('result' in frame || 'error' in frame).toBe(true);
}
