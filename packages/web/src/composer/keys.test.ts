import { expect, test } from 'bun:test';
import { actionOf } from './keys.ts';

const key = (name: string, over = {}) => ({ key: name, shiftKey: false, isComposing: false, keyCode: 0, ...over });

test('Enter sends and Shift+Enter breaks the line', () => {
  expect(actionOf(key('Enter'), false)).toBe('send');
  expect(actionOf(key('Enter', { shiftKey: true }), false)).toBe('type');
});

test('Enter never sends while an input method composes, whichever way the browser says so', () => {
  expect(actionOf(key('Enter', { isComposing: true }), false)).toBe('type');
  expect(actionOf(key('Enter', { keyCode: 229 }), false)).toBe('type');
  expect(actionOf(key('Escape', { isComposing: true }), false)).toBe('type');
});

test('Up edits the last message only while nothing is written', () => {
  expect(actionOf(key('ArrowUp'), true)).toBe('edit-last');
  expect(actionOf(key('ArrowUp'), false)).toBe('type');
});

test('Escape cancels, and every other key types', () => {
  expect(actionOf(key('Escape'), true)).toBe('cancel');
  expect(actionOf(key('a'), true)).toBe('type');
});
