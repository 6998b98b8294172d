import { describe, expect, test } from 'bun:test';
import { commandList, findCommand } from '@parley/protocol';
import { ScriptedHttp } from '../test/scripted-http.ts';
import { ScriptedServer } from '../test/scripted-server.ts';
import { callHttp, httpPaths } from './http-api.ts';
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

test('a password goes to the server alone: without cookies, cache and secrets in the URL, and after no redirect', async () => {
  const http = new ScriptedHttp();
  const environment = { ...new ScriptedServer().environment, fetch: http.fetch };
  const body = { userName: 'ada', password: 'secret' };
  const asked = callHttp({ environment, apiUrl: 'http://parley.test' }, { command: 'session.create', body });
  const [request] = http.requests;
  expect(request).toMatchObject({
    url: 'http://parley.test/sessions',
    init: { method: 'POST', credentials: 'omit', cache: 'no-store', redirect: 'error' },
  });
  request?.fail();
  expect(await asked.catch((error: unknown) => error)).toMatchObject({ code: 'unavailable' });
});
