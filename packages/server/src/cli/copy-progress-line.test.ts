import { expect, test } from 'bun:test';
import { CopyProgressLine } from './copy-progress-line.ts';

function outputOf(isTerminal: boolean) {
  const output = {
    isTerminal,
    nowMs: 0,
    text: '',
    now: () => output.nowMs,
    write: (text: string) => void (output.text += text),
  };
  return output;
}

const messages = { activity: 'copying', table: 'messages', total: 200_000 } as const;

test('on a terminal one line changes, ten times a second at most, and is gone in the end', () => {
  const output = outputOf(true);
  const line = new CopyProgressLine(output);
  line.show({ ...messages, rows: 0 });
  output.nowMs = 50;
  line.show({ ...messages, rows: 1_000 });
  output.nowMs = 1_000;
  line.show({ ...messages, rows: 20_000 });
  line.end();
  const clear = '\r\u{1b}[K';
  const shown = '  copying messages  20,000 of 200,000  20,000/s  9 s left';
  expect(output.text).toBe(`${clear}  copying messages  0 of 200,000${clear}${shown}${clear}`);
});

test('elsewhere there is a line for each table, and one every five seconds', () => {
  const output = outputOf(false);
  const line = new CopyProgressLine(output);
  for (const [nowMs, rows] of [
    [0, 0],
    [1_000, 10],
    [5_000, 50],
    [5_100, 60],
  ] as const) {
    output.nowMs = nowMs;
    line.show({ activity: 'copying', table: 'users', rows, total: undefined });
  }
  line.show({ ...messages, rows: 0 });
  line.end();
  expect(output.text.trimEnd().split('\n')).toEqual([
    '  copying users  0',
    '  copying users  50  10/s',
    '  copying messages  0 of 200,000',
  ]);
});
