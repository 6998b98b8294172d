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

/** The ports: `<port>/<port>.ts` is the contract, the files beside it are adapters. */
const ports = ['store', 'queue', 'presence', 'registry', 'rpc', 'blob'];

/**
 * Which folders of the server a folder may import apart from itself. An arrow ends at the folder's own file:
 * `logic/logic.ts`, `store/store.ts`.
 */
export const serverArrows: Readonly<Record<string, readonly string[]>> = {
  api: ['logic'],
  connect: ['logic'],
  logic: ports,
  site: [],
  task: ['queue', 'presence', 'rpc'],
  ...Object.fromEntries(ports.map((port) => [port, []])),
};

/** Builds the roles and their adapters, so it alone may import every file of the server. */
export const assembler = 'app.ts';

/** Files directly in the server's `src` that start others; nothing else imports them. */
export const starters: readonly string[] = [assembler, 'main.ts'];
