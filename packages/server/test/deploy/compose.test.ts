import { describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireStartable } from '../../src/app/require-startable.ts';
import { readConfig, type Config } from '../../src/config/config.ts';
import { deployFolder, readDeploy } from './deploy-file.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly ports?: readonly string[];
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, object | null>>;
  readonly volumes?: Readonly<Record<string, object | null>>;
}

const secrets: Readonly<Record<string, string>> = Object.fromEntries(
  [...readDeploy('cluster.env.example').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
    name,
    value === '' ? 'abcdef0123456789'.repeat(4) : value,
  ]),
);

/** Puts in what a file of secrets holds, as compose does. */
function read(file: string): Compose {
  const text = readDeploy(file).replaceAll(/\$\{(\w+)(?::\?|:-([^}]*))?\}/g, (_, name: string, fallback?: string) => {
    const value = secrets[name] ?? fallback;
    if (value === undefined) throw new Error(`${name} is not in cluster.env.example.`);
    return value;
  });
  return Bun.YAML.parse(text) as Compose;
}

/** As the container starts: the image's settings, the service's, the command's. */
function configOf({ environment = {}, command = [] }: Service): Config {
  const image = [...readDeploy('Dockerfile').matchAll(/(PARLEY_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
  const flags = Object.fromEntries(
    command.flatMap((word, at) => (word.startsWith('--') ? [[word.slice(2), command[at + 1] ?? '']] : [])),
  );
  return readConfig({ file: 'none', environment: { ...Object.fromEntries(image), ...environment }, flags });
}

describe.each(['compose.embedded.yaml', 'compose.cluster.yaml'])('deploy/%s', (file) => {
  const { services, networks = {}, volumes = {} } = read(file);
  const ours = Object.entries(services).filter(([, service]) => service.build !== undefined);

  test('names only services, networks, volumes and files there are', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const other of Object.keys(service.depends_on ?? {}))
        expect([name, other in services]).toEqual([name, true]);
      for (const network of service.networks ?? []) expect([name, network in networks]).toEqual([name, true]);
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':');
        expect([volume, source.startsWith('.') ? existsSync(join(deployFolder, source)) : source in volumes]).toEqual([
          volume,
          true,
        ]);
      }
      if (service.build !== undefined)
        expect(existsSync(join(deployFolder, service.build.context, service.build.dockerfile))).toBe(true);
    }
  });

  test('waits only for services whose health is known', () => {
    for (const { depends_on: waits = {} } of Object.values(services))
      for (const [other, { condition }] of Object.entries(waits)) {
        expect(condition).toBe('service_healthy');
        expect([other, services[other]?.healthcheck !== undefined || services[other]?.build !== undefined]).toEqual([
          other,
          true,
        ]);
      }
  });

  test('starts Parley with settings that can work together', () => {
    expect(ours.length).toBeGreaterThan(0);
    for (const [, service] of ours) requireStartable(configOf(service));
  });

  test('lets nobody in from outside but through ports of loopback, unless told otherwise', () => {
    for (const { ports = [] } of Object.values(services))
      for (const port of ports) expect(port).toStartWith('127.0.0.1:');
  });
});

describe('deploy/compose.cluster.yaml', () => {
  const { services, networks } = read('compose.cluster.yaml');
  const ours = Object.entries(services).filter(([, service]) => service.build !== undefined);
  const rolesOf = (role: string) => ours.filter(([, service]) => configOf(service).roles.includes(role as 'logic'));

  test('has two of each role people’s messages go through, and one for page and API', () => {
    expect(['connect', 'logic', 'task', 'site', 'api'].map((role) => rolesOf(role).length)).toEqual([2, 2, 2, 1, 1]);
  });

  test('has engines by the names of their services, and only logic has the store', () => {
    for (const [name, service] of ours) {
      const { registryUrl, presenceUrl, queueUrl, storeUrl, roles } = configOf(service);
      for (const url of [registryUrl, presenceUrl, queueUrl])
        expect(Object.keys(services)).toContain(URL.parse(url)?.hostname ?? '');
      expect([name, storeUrl.startsWith('postgres://')]).toEqual([name, roles.includes('logic')]);
    }
  });

  test('reaches every node by its own name, which no other one has', () => {
    for (const [name, service] of ours) {
      const { rpcAddress, rpcPort, nodeId } = configOf(service);
      expect([rpcAddress, nodeId]).toEqual([`http://${name}:${rpcPort}`, name]);
    }
  });

  test('keeps calls between nodes in a network nothing else reaches', () => {
    expect(networks?.['nodes']).toMatchObject({ internal: true });
    for (const [, { networks, ports }] of ours) expect([networks, ports]).toEqual([['nodes'], undefined]);
  });

  test('believes of whose a request is only whoever is in that network, which the entrance is', () => {
    const { trustedProxies } = configOf(services['web'] ?? {});
    const subnets = trustedProxies.map((subnet) => ({ subnet }));
    expect(networks?.['nodes']).toMatchObject({ ipam: { config: subnets } });
    expect(services['entrance']?.networks).toContain('nodes');
  });

  test('has an entrance that knows every connect node and the page', () => {
    const servers = [...readDeploy('nginx/cluster.conf').matchAll(/server ([\w-]+):(\d+) resolve;/g)];
    const named = servers.map(([, name, port]) => `${name}:${port}`).toSorted();
    const connect = rolesOf('connect').flatMap(([name]) => [`${name}:7000`, `${name}:7001`]);
    expect(named).toEqual([...connect, 'web:8080'].toSorted());
  });
});
