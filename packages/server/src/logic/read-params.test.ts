import { expect, test } from 'bun:test';
import { findCommand, ParleyError, type CommandName, type FieldError } from '@parley/protocol';
import { readParams } from './read-params.ts';

function refused(name: CommandName, json: string): readonly FieldError[] {
  const command = findCommand(name);
  if (command === undefined) throw new Error(name);
  try {
    readParams(command, JSON.parse(json));
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'invalid-params') return error.fields ?? [];
    throw error;
  }
  throw new Error(`${json} was taken`);
}

test('each field that does not fit is named by its pointer', () => {
  const fields = refused(
    'message.send',
    '{"conversationId":0,"clientMsgId":"a b","content":{"type":"text","text":""},"extra":1}',
  );
  const pointers = fields.map((field) => field.pointer);
  expect(pointers).toContain('/conversationId');
  expect(pointers).toContain('/clientMsgId');
  expect(pointers).toContain('/content/text');
  expect(pointers).toContain('/extra');
});

test('__proto__ is refused at any depth and changes nothing', () => {
  expect(refused('server.info', '{"__proto__":{"isAdmin":true}}')[0]?.pointer).toBe('/__proto__');
  const custom =
    '{"conversationId":1,"clientMsgId":"a","content":{"type":"custom","data":{"a":[{"__proto__":{"x":1}}]}}}';
  expect(refused('message.send', custom)[0]?.pointer).toBe('/content/data/a/0/__proto__');
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('what is nested too deeply is refused before anything walks it', () => {
  const deep = '['.repeat(30_000) + ']'.repeat(30_000);
  expect(refused('message.send', `{"content":{"type":"custom","data":${deep}}}`)[0]?.message).toContain('deep');
});

test.each(['null', '[]', '"text"', '7', 'true'])('params of %s are refused', (json) => {
  expect(refused('server.info', json)).not.toBeEmpty();
});

test('names in pointers are escaped', () => {
  expect(refused('server.info', '{"a/b~c":1}')[0]?.pointer).toBe('/a~1b~0c');
});

test('defaults are filled in', () => {
  const command = findCommand('user.search');
  expect(command && readParams(command, { limit: '5' })).toEqual({ query: '', limit: 5 });
});
