import { describe, expect, test } from 'bun:test';
import { commandList, findCommand } from '@parley/protocol';
import { httpPaths } from './http-api.ts';
import { isRead } from './is-read.ts';

describe('what the SDK knows of the command table without loading it', () => {
  test('its paths are those of the table', () => {
    for (const [name, { method, path }] of Object.entries(httpPaths)) {
      expect(findCommand(name)?.http).toMatchObject({ method, path });
    }
  });

  test('what it asks again after a loss are the commands that only read', () => {
    for (const command of commandList) {
      if (isRead(command.name)) expect(['read', 'search', 'public']).toContain(command.rate);
      else expect(['read', 'search']).not.toContain(command.rate);
    }
  });
});
