import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { commandList, findCommand, type Command, type CommandName } from '@parley/protocol';
import { errorsOf } from '@parley/protocol/documents';
import { actions, permissionTable, type Action, type Need } from '../src/logic/permissions.ts';
import { ask } from './permission/ask.ts';
import { expectations, type Expectation } from './permission/expectations.ts';
import { Matrix, type Compared } from './permission/matrix.ts';
import { World, type Kind } from './permission/world.ts';

const timeout = { timeout: 60_000 };
const compared: Compared[] = [];
let world: World;
let matrix: Matrix;

beforeAll(async () => {
  world = await World.open();
  matrix = new Matrix(world);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  const cells = compared.reduce((sum, one) => sum + one.cells, 0);
  const wrong = compared.reduce((sum, one) => sum + one.wrong.length, 0);
  process.stdout.write(`permission matrix: ${cells} cells, ${wrong} wrong\n`);
});

describe('permission', () => {
  for (const name of Object.keys(expectations) as CommandName[]) {
    const command = findCommand(name) as Command;
    for (const expectation of expectations[name])
      test(
        `${name}${expectation.what === undefined ? '' : ` (${expectation.what})`} answers everyone as it must, over sockets, HTTP and gochat’s routes`,
        timeout,
        async () => {
          const one = await matrix.compare({ command, expectation });
          compared.push(one);
          expect(one.cells).toBeGreaterThan(0);
          expect(one.wrong).toEqual([]);
        },
      );
  }

  test('every command stands in the matrix', () => {
    expect(Object.keys(expectations).toSorted()).toEqual(commandList.map(({ name }) => name as string).toSorted());
  });

  test('every refusal the matrix expects is documented with its command', () => {
    for (const [name, rows] of Object.entries(expectations)) {
      const documented = new Set<string>(errorsOf(findCommand(name) as Command));
      const refusals = rows.flatMap(({ expected }) =>
        Object.values(typeof expected === 'string' ? [expected] : expected).flatMap((row) => row.split(' ')),
      );
      for (const code of new Set(refusals))
        if (code !== 'ok' && code !== '-') expect([name, code, documented.has(code)]).toEqual([name, code, true]);
    }
  });

  test(
    'identity never comes from the payload: a forged field is refused by every command, over sockets and HTTP',
    timeout,
    async () => {
      const place = await world.place('room');
      const owner = world.session('owner').userId;
      for (const [name, [expectation]] of Object.entries(expectations) as [CommandName, readonly Expectation[]][]) {
        if (expectation === undefined) continue;
        const command = findCommand(name) as Command;
        for (const forged of [
          { senderId: owner },
          { session: { userId: owner } },
          JSON.parse(`{"__proto__":{"userId":${owner}}}`) as object,
        ]) {
          if (name === 'message.search' && 'senderId' in forged) continue;
          const params = Object.defineProperties(
            { ...expectation.params(place, world, 'member') },
            Object.getOwnPropertyDescriptors(forged),
          );
          const asked = { command, params, caller: world.signedIn.get('member') };
          expect([name, await ask(world, 'socket', asked)]).toEqual([name, 'invalid-params']);
          if (command.http === undefined) continue;
          expect([name, await ask(world, 'http', asked)]).toEqual([name, 'invalid-params']);
        }
      }
    },
  );
});

/** A wrong entry for each action, and the command whose cells must notice. */
const plants: Readonly<Record<Action, readonly [kind: Exclude<Kind, 'hidden'>, need: Need, command: CommandName]>> = {
  see: ['room', 'member', 'conversation.get'],
  read: ['room', 'member', 'message.history'],
  'keep-own': ['room', 'admin', 'conversation.settings'],
  send: ['channel', 'member', 'message.send'],
  react: ['room', 'anyone', 'reaction.add'],
  typing: ['room', 'anyone', 'typing.set'],
  'edit-any': ['group', 'admin', 'message.edit'],
  'recall-own': ['room', 'never', 'message.recall'],
  'recall-any': ['group', 'member', 'message.recall'],
  'see-receipts': ['room', 'member', 'message.receipts'],
  'list-members': ['room', 'member', 'member.list'],
  'update-meta': ['group', 'member', 'conversation.update'],
  join: ['room', 'member', 'conversation.join'],
  leave: ['group', 'never', 'conversation.leave'],
  'add-members': ['room', 'member', 'member.add'],
  'remove-member': ['group', 'owner', 'member.remove'],
  'give-role': ['group', 'admin', 'member.update'],
  mute: ['group', 'owner', 'member.mute'],
  ban: ['room', 'owner', 'ban.add'],
  invite: ['channel', 'member', 'invite.create'],
  'manage-invites': ['group', 'owner', 'invite.revoke'],
};

describe('the matrix notices a wrong permission', () => {
  for (const action of actions)
    test(action, timeout, async () => {
      const [kind, need, name] = plants[action];
      const entry = permissionTable[action] as Record<typeof kind, Need>;
      const right = entry[kind];
      entry[kind] = need;
      try {
        const wrong: string[] = [];
        for (const expectation of expectations[name])
          wrong.push(...(await matrix.compare({ command: findCommand(name) as Command, expectation }, [kind])).wrong);
        expect(wrong).not.toEqual([]);
      } finally {
        entry[kind] = right;
      }
    });
});

test('what changes a place when it is allowed does so, so that no “ok” is empty', timeout, async () => {
  const changing: readonly CommandName[] = [
    ...(['conversation.update', 'conversation.leave', 'conversation.settings', 'member.add', 'member.remove'] as const),
    ...(['member.update', 'member.mute', 'ban.add', 'ban.remove', 'invite.create', 'invite.revoke'] as const),
    ...(['message.send', 'message.edit', 'message.recall', 'message.hide', 'reaction.add', 'cursor.advance'] as const),
  ];
  for (const name of changing) {
    const [expectation] = expectations[name] as [Expectation];
    const { changing: changed, cells } = await matrix.compare({ command: findCommand(name) as Command, expectation }, [
      'group',
    ]);
    expect([name, changed > 0 && changed < cells]).toEqual([name, true]);
  }
});
