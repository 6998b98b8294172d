import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { programName } from '../program-name.ts';

export interface Banner {
  readonly version: string;
  readonly config: Config;
  /** Milliseconds from the program's start to ready. */
  readonly readyMs: number;
  /** Whether anyone has an account already. */
  readonly isFirstStart: boolean;
}

/** What a start prints: where to go, where the data is, and what to do first. */
export function banner({ version, config, readyMs, isFirstStart }: Banner): string {
  const has = new Set<string>(config.roles);
  const rows = [
    ...(has.has('site') ? [['Chat', `http://${shownHost(config.host)}:${config.sitePort}`]] : []),
    ...(has.has('api') ? [['API', `http://${shownHost(config.host)}:${config.apiPort}/reference`]] : []),
    ...(has.has('connect')
      ? [['Sockets', `ws ${config.wsPort}${config.tcpPorts.length > 0 ? ` · tcp ${config.tcpPorts.join(', ')}` : ''}`]]
      : []),
    ...(has.has('id') ? [['Ids', `http://${shownHost(config.idHost)}:${config.idPort}/v1/ids`]] : []),
    ...(has.has('logic') ? [['Data', resolve(config.dataDir)]] : []),
    ['Health', `http://${shownHost(config.opsHost)}:${config.opsPort}/readyz`],
  ];
  return [
    '',
    `  ${config.serverName} ${version}  ready in ${Math.round(readyMs)} ms${isWhole(config) ? '' : `  (${config.roles.join(', ')})`}`,
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(9)}${value}`),
    '',
    ...hints(config, isFirstStart).map((hint) => `  ${hint}`),
    '',
  ].join('\n');
}

const isWhole = (config: Config): boolean =>
  (['api', 'logic', 'connect', 'task', 'site'] as const).every((role) => config.roles.includes(role));
export const shownHost = (host: string): string => (host === '127.0.0.1' || host === '0.0.0.0' ? 'localhost' : host);

function hints(config: Config, isFirstStart: boolean): string[] {
  return [
    ...(isFirstStart && config.roles.includes('site')
      ? ['Open the first address and continue as a guest, or create an account.']
      : []),
    ...(isFirstStart ? [`Make an administrator:  ${programName} user make-administrator <name>`] : []),
    ...(config.rateLimits === 'off' ? ['WARNING: rate limits are off. Fit for benchmarks only.'] : []),
    ...(config.faults === 'on'
      ? ['WARNING: faults are on: whoever reaches the operations port can make this server fail. Fit for tests only.']
      : []),
    'Ctrl+C stops it; nothing is lost.',
  ];
}
