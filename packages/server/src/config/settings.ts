import { z } from 'zod';
export type { Role } from '../registry/registry.ts';
import { addressRange, isEverybody } from '../address-range.ts';
import { roleNames } from '../registry/registry.ts';

/** One thing an operator can choose. The key's other spellings follow from its name: `sitePort` is `site_port` in parley.toml, PARLEY_SITE_PORT, `--site-port`. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  readonly meaning: string;
  /** Never printed. */
  readonly isSecret?: boolean;
}

const setting = <Schema extends z.ZodType>(schema: Schema, meaning: string, isSecret = false): Setting<Schema> => ({
  schema,
  meaning,
  isSecret,
});
const list = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : value;
/** Written in digits only: nothing else, such as `true` or an empty list, is quietly taken for a number. */
const integer = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value),
    z.number('expected a whole number').int().min(min).max(max),
  );
const port = integer(0, 65_535);
const flag = z.preprocess(
  (value) => (value === true || value === 'true' ? 'on' : value === false || value === 'false' ? 'off' : value),
  z.enum(['on', 'off']),
);
const url = (schemes: readonly string[]) =>
  z
    .string()
    .refine(
      (value) => schemes.some((scheme) => value.startsWith(`${scheme}:`)),
      `must begin with ${schemes.map((scheme) => `${scheme}:`).join(' or ')}`,
    );

/** `id` is for other programs: whoever wants it says so. */
const usualRoles = roleNames.filter((role) => role !== 'id');
/** What nodes and programs show in a header. */
const secret = z
  .string()
  .regex(/^([\x21-\x7e]{32,256})?$/, 'must have 32 to 256 printable ASCII characters without spaces')
  .default('');

/** Each is looked at for each request. */
const trustedProxiesMax = 64;
const isNotEverybody = (text: string): boolean => {
  const range = addressRange(text);
  return range === undefined || !isEverybody(range);
};

/** Every setting, in the order `parley config print` shows them. */
export const settings = {
  dataDir: setting(z.string().min(1).default('./data'), 'Where everything durable lives.'),
  roles: setting(
    z
      .preprocess((value) => (value === 'all' ? [...usualRoles] : list(value)), z.array(z.enum(roleNames)).min(1))
      .default([...usualRoles]),
    'Which roles this process has: all, or some of api, logic, connect, task, site; and id, which all does not mean.',
  ),
  serverName: setting(z.string().min(1).max(64).default('Parley'), 'The name people see.'),
  host: setting(
    z.string().min(1).default('127.0.0.1'),
    'The address the ports for people listen on; 0.0.0.0 for everyone.',
  ),
  sitePort: setting(port.default(8080), 'The chat page, with the API and the socket on the same origin.'),
  apiPort: setting(port.default(7070), 'The HTTP API.'),
  wsPort: setting(port.default(7000), 'WebSocket.'),
  tcpPorts: setting(z.preprocess(list, z.array(port).max(16)).default([7001, 7002]), 'TCP.'),
  opsPort: setting(port.default(7090), 'Health and metrics, on loopback.'),
  opsHost: setting(z.string().min(1).default('127.0.0.1'), 'The address the operations port listens on.'),
  sharedPorts: setting(
    flag.default('off'),
    'on lets several processes listen on the same site_port, api_port, ws_port and tcp_ports.',
  ),
  nodeId: setting(
    z
      .string()
      .regex(/^[\w.-]{0,64}$/, 'must have at most 64 letters, digits, dots, dashes and underscores')
      .default(''),
    'What other processes know this one by; empty: its host and process number.',
  ),
  rpcHost: setting(z.string().min(1).default('127.0.0.1'), 'The address other processes’ calls are taken on.'),
  rpcPort: setting(port.default(0), 'The port for them; 0 takes any free one, which the registry tells.'),
  rpcAddress: setting(
    z
      .string()
      .regex(/^(https?:\/\/[^/?#]+)?$/, 'an address such as http://10.0.0.5:7080')
      .default(''),
    'Where others reach that port; empty: rpc_host and the port.',
  ),
  rpcSecret: setting(secret, 'What processes show each other; the same for all, 32 characters or more.', true),
  idHost: setting(z.string().min(1).default('127.0.0.1'), 'The address the role id listens on.'),
  idPort: setting(port.default(7100), 'Ids for other programs, of the role id.'),
  idSecret: setting(secret, 'What those programs show; may be empty on a loopback address.', true),
  allowedOrigins: setting(
    z
      .preprocess(list, z.array(z.string().regex(/^https?:\/\/[^/?#]+$/, 'an origin such as https://chat.example.org')))
      .default([]),
    'Web origins that may connect besides this host and loopback.',
  ),
  trustedProxies: setting(
    z
      .preprocess(
        list,
        z
          .array(
            z
              .string()
              .refine((text) => addressRange(text) !== undefined, 'an address, or a range such as 10.0.0.0/8')
              .refine(isNotEverybody, 'a range of everybody would let anybody say whom they are counted as'),
          )
          .max(trustedProxiesMax, `at most ${trustedProxiesMax}`),
      )
      .default([]),
    'Proxies in front that write X-Forwarded-For themselves: addresses and ranges such as 10.0.0.0/8. Whoever comes through them is counted by what they say there; one that only passes it on lets its clients choose.',
  ),
  storeUrl: setting(
    url(['sqlite', 'postgres', 'postgresql', 'mysql', 'mariadb']).default('sqlite:'),
    'Where messages are kept: sqlite: is parley.sqlite in the data folder, or postgres://user:password@host:port/database, which must exist, mysql: for MySQL or MariaDB.',
    true,
  ),
  queueUrl: setting(
    url(['memory', 'redis', 'rediss', 'amqp', 'amqps', 'kafka', 'kafka+ssl']).default('memory:'),
    'What carries deliveries: memory:, redis://[user:password@]host:port/database of Redis or Valkey, amqp://[user:password@]host:port/vhost of RabbitMQ, or kafka://[user:password@]host:port,…[/prefix][?sasl=…&ca=file] of Kafka; rediss:, amqps: and kafka+ssl: with TLS.',
    true,
  ),
  presenceUrl: setting(
    url(['memory', 'redis', 'rediss']).default('memory:'),
    'What knows who is online and counts for the rates: memory:, or redis://[user:password@]host:port/database of Redis or Valkey, rediss: with TLS.',
    true,
  ),
  registryUrl: setting(
    url(['local', 'etcd']).default('local:'),
    'What leases worker ids and knows the live nodes: local:, or etcd://[user:password@]host:port,…/prefix[?tls=on&ca=file].',
    true,
  ),
  blobUrl: setting(
    url(['disk', 's3']).default('disk:'),
    'Where uploaded files are to be kept, which no role does yet: disk: is files in the data folder, or s3://key:secret@host:port/bucket[/prefix][?region=…&tls=off]; without key and secret those of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    true,
  ),
  guests: setting(flag.default('on'), 'People may look around without an account.'),
  registration: setting(flag.default('on'), 'People may create accounts.'),
  seed: setting(flag.default('on'), 'The HTTP routes, WebSocket and TCP frames of gochat clients.'),
  devicePolicy: setting(
    z.enum(['unlimited', 'one-per-platform', 'single']).default('unlimited'),
    'How many devices a user may be signed in on.',
  ),
  sessionDays: setting(integer(1, 3_650).default(90), 'A session ends after this many days without use.'),
  rateLimits: setting(flag.default('on'), 'off lifts the rates per user and address; for benchmarks only.'),
  faults: setting(
    flag.default('off'),
    'on opens /faults on the operations port, where this server can be made to fail; for tests only.',
  ),
  socketsPerUser: setting(integer(1, 1_000_000).default(50), 'Sockets one user may hold.'),
  socketsPerAddress: setting(
    integer(1, 10_000_000).default(20_000),
    'Sockets from one address; a proxy in front counts as one, unless it is one of trusted_proxies.',
  ),
  drainMs: setting(integer(0, 600_000).default(3_000), 'How long a stopping process takes to send its clients away.'),
  log: setting(z.enum(['file', 'stdout']).default('file'), 'file: parley.log in the data folder.'),
  logLevel: setting(z.enum(['debug', 'info', 'warn', 'error']).default('info'), 'The least that is logged.'),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type Config = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['schema']> };
