import { describe, expect, test } from 'bun:test';
import { spelling } from '../../src/config/config.ts';
import { settings } from '../../src/config/settings.ts';
import { parley } from '../run-parley.ts';
import { deployFiles, readDeploy } from './deploy-file.ts';

const variables = new Set(Object.keys(settings).map(spelling.environment));
const flags = new Set(Object.keys(settings).map((name) => `--${spelling.flag(name)}`));

/** Words after `parley`, as far as they are no flags, in a line of a shell or a list of YAML. */
function commandsIn(text: string): readonly string[] {
  const lines = text.matchAll(
    /(?:^|[\s/`])parley ((?:start|user|healthcheck|doctor|config|store|up|rollout)\b[\w -]*)/gm,
  );
  const lists = text.matchAll(/(?:command|args|CMD|ENTRYPOINT)[: ]+\[(.*)\]/g);
  return [
    ...[...lines].map(([, words = '']) => words),
    ...[...lists].map(([, list = '']) => list.replaceAll(/["',]/g, ' ').replace(/^\s*parley\s/, ' ')),
  ].map((words) => words.trim());
}

describe.each(deployFiles)('deploy/%s', (file) => {
  test('names only settings there are', () => {
    const named = [...readDeploy(file).matchAll(/\bPARLEY_[A-Z_]*[A-Z]\b/g)].map(([name]) => name);
    expect(named.filter((name) => !variables.has(name))).toEqual([]);
  });

  test('gives commands only flags there are', () => {
    const named = commandsIn(readDeploy(file)).filter((words) => words.startsWith('start'));
    const unknown = named.flatMap((words) => words.match(/--[\w-]+/g) ?? []).filter((flag) => !flags.has(flag));
    expect(unknown).toEqual([]);
  });
});

test('every command of parley in these files is one', async () => {
  const words = deployFiles.flatMap((file) => commandsIn(readDeploy(file)).map((words) => words.split(/\s+/)));
  const named = words.filter(([word = '']) => /^[a-z]+$/.test(word) && !['sleep', 'etcd', 'etcdctl'].includes(word));
  const first = new Set(named.map(([word]) => word));
  expect([...first]).toEqual(expect.arrayContaining(['healthcheck', 'start', 'user']));
  const help = Bun.stripANSI((await parley(['--help'])).out);
  for (const word of first) expect(help).toMatch(new RegExp(`^\\W*${word}\\s`, 'm'));
  const users = (await parley(['user', '--help'])).out;
  for (const [, second] of named.filter(([word]) => word === 'user')) expect(users).toContain(String(second));
});
