import { spelling, type Config } from '../config/config.ts';
import type { SettingName } from '../config/settings.ts';
import type { Role } from '../registry/registry.ts';
import { StartError } from '../start-error.ts';
import { isLinked } from './is-linked.ts';
import { enginesFor, type EngineName } from './role-engines.ts';

/** Engines by which processes find each other, and what their embedded one is called. */
const meetingPlaces = [
  { engine: 'registry', setting: 'registryUrl', embedded: 'local:', example: 'etcd://127.0.0.1:2379/parley' },
  { engine: 'presence', setting: 'presenceUrl', embedded: 'memory:', example: 'redis://127.0.0.1:6379/0' },
] as const satisfies readonly MeetingPlace[];

interface MeetingPlace {
  readonly engine: EngineName;
  readonly setting: SettingName;
  readonly embedded: string;
  readonly example: string;
}

/** Finds what could not work before anything is opened. @throws StartError naming the setting to change. */
export function requireStartable(config: Config): void {
  requireFaultsAtHome(config);
  requireGuardedIds(config);
  if (!isLinked(config)) return;
  for (const place of meetingPlaces) requireMeeting(config, place);
  requireSharedQueue(config);
  requireSecret(config);
  requireAddress(config);
}

function requireMeeting(config: Config, { engine, setting, embedded, example }: MeetingPlace): void {
  if (!enginesFor(config.roles).has(engine) || !String(config[setting]).startsWith(embedded)) return;
  throw new StartError(
    `The roles ${config.roles.join(', ')} meet the others through the ${engine}, and ${spelling.file(setting)} = "${embedded}" is of this process alone. Set ${spelling.environment(setting)}, such as ${example}, or start all roles in one process.`,
  );
}

/** What logic enqueues in memory only a task beside it can take. */
function requireSharedQueue({ roles, queueUrl }: Config): void {
  const [here, missing] = roles.includes('logic') ? ['logic', 'task'] : ['task', 'logic'];
  if (!queueUrl.startsWith('memory:') || !roles.includes(here as Role) || roles.includes(missing as Role)) return;
  throw new StartError(
    `The role ${here} without ${missing} needs a queue that both reach, and ${spelling.file('queueUrl')} = "memory:" is of this process alone. Start ${here} and ${missing} in one process (--${spelling.flag('roles')} logic,task), or set ${spelling.environment('queueUrl')}, such as redis://127.0.0.1:6379/0.`,
  );
}

function requireSecret({ roles, rpcSecret }: Config): void {
  if (rpcSecret !== '') return;
  throw new StartError(
    `The roles ${roles.join(', ')} call others, who ask for the service secret: set ${spelling.environment('rpcSecret')} to the same 32 or more characters everywhere, such as what “openssl rand -hex 32” prints.`,
  );
}

const anyAddress = /^(0\.0\.0\.0|::|\[::\])$/;

function requireAddress({ rpcHost, rpcAddress }: Config): void {
  if (rpcAddress !== '' || !anyAddress.test(rpcHost)) return;
  throw new StartError(
    `${spelling.file('rpcHost')} = "${rpcHost}" is no address others could call. Set ${spelling.environment('rpcAddress')} to the one they reach this process at, such as http://10.0.0.5:7080.`,
  );
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function requireGuardedIds({ roles, idHost, idSecret }: Config): void {
  if (!roles.includes('id') || idSecret !== '' || loopback.test(idHost)) return;
  throw new StartError(
    `${spelling.file('idHost')} = "${idHost}" would give ids to anybody. Set ${spelling.environment('idSecret')}, or ${spelling.environment('idHost')}=127.0.0.1.`,
  );
}

/** Whoever reaches the operations port could break the server. */
function requireFaultsAtHome({ faults, opsHost }: Config): void {
  if (faults === 'off' || loopback.test(opsHost)) return;
  throw new StartError(
    `${spelling.file('faults')} = "on" lets whoever reaches the operations port make this server fail, so ${spelling.file('opsHost')} must be a loopback address, not ${opsHost}. Set ${spelling.environment('opsHost')}=127.0.0.1, or leave faults off.`,
  );
}
