/** Which packages of ours a package may import apart from itself. Its tests may import any. */
export const packageArrows: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  sdk: ['protocol'],
  web: ['sdk'],
  server: ['protocol'],
  bench: ['protocol', 'sdk', 'server'],
};

/** Packages that may import nothing from outside but this. The others are free within their package.json. */
export const packageExternals: Readonly<Record<string, readonly string[]>> = {
  protocol: ['zod'],
  sdk: ['react'],
};

/** Files of such a package that never run in a browser, and may import Node’s own modules. */
export const nodeFiles: Readonly<Record<string, readonly string[]>> = {
  sdk: ['file-lock.ts', 'file-storage.ts'],
};

/** The ports: `<port>/<port>.ts` is the contract, the files beside it are adapters. */
const ports = ['store', 'queue', 'presence', 'registry', 'rpc', 'blob'];

/** Which folders of the server a folder may import, apart from itself and `config`. */
export const serverArrows: Readonly<Record<string, readonly string[]>> = {
  api: ['logic', 'rpc'],
  cli: ['cluster', 'logic', 'store'],
  cluster: ['services'],
  config: ['registry'],
  connect: ['logic', 'presence', 'rpc'],
  faults: ['queue', 'rpc', 'store'],
  id: [],
  logic: ports,
  seed: ['api', 'connect', 'presence', 'rpc', 'store'],
  services: [],
  site: [],
  task: ['presence', 'queue', 'registry', 'rpc'],
  ...Object.fromEntries(ports.map((port) => [port, []])),
};

/** An arrow ends at the folder's own file, `logic/logic.ts`, except where a contract has more than one. */
export const doors: Readonly<Record<string, readonly string[]>> = {
  cluster: [
    'cluster/cluster.ts',
    'cluster/cluster-lock.ts',
    'cluster/plan.ts',
    'cluster/control.ts',
    'cluster/control-file.ts',
    'cluster/ask-rollout.ts',
    'cluster/rollout.ts',
    'cluster/combined-log.ts',
    'cluster/leftovers.ts',
    'cluster/on-cluster-store.ts',
    'cluster/store-url-file.ts',
  ],
  config: ['config/config.ts', 'config/settings.ts'],
  logic: ['logic/logic.ts', 'logic/accounts.ts', 'logic/password-pool.ts', 'logic/context.ts'],
  services: [
    'services/service.ts',
    'services/etcd.ts',
    'services/redis.ts',
    'services/postgres.ts',
    'services/free-port.ts',
  ],
  store: ['store/store.ts', 'store/schema.ts', 'store/import-gochat.ts', 'store/copy/copy-store.ts'],
};

/** Builds the roles and their adapters, so it alone may import every file of the server. */
export const assembler = 'app.ts';

/** Its parts: they may what it may, and nobody else imports them. */
export const assemblerFolder = 'app';

/** The program: it starts `app.ts` and has the commands. */
export const program = 'main.ts';
