import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MemberView } from '../cluster/cluster.ts';
import type { Config } from '../config/config.ts';
import { shownHost } from './banner.ts';

export interface ClusterBanner {
  readonly version: string;
  readonly config: Config;
  readonly readyMs: number;
  readonly members: readonly MemberView[];
  /** Those started with it. */
  readonly engines: readonly string[];
  readonly isFirstStart: boolean;
}

/** What a start of a cluster prints: where to go, which processes there are, how to look and to stop. */
export function clusterBanner({ version, config, readyMs, members, engines, isFirstStart }: ClusterBanner): string {
  const host = shownHost(config.host);
  const tcp = config.tcpPorts.length > 0 ? ` · tcp ${config.tcpPorts.join(', ')}` : '';
  const operations = `http://${shownHost(config.opsHost)}:${config.opsPort}`;
  const rows = [
    ['Chat', `http://${host}:${config.sitePort}`],
    ['API', `http://${host}:${config.apiPort}/reference`],
    ['Sockets', `ws ${config.wsPort}${tcp}, shared by the processes that hold sockets`],
    ['Data', resolve(config.dataDir, 'cluster')],
    ['Engines', engines.length > 0 ? `${engines.join(', ')}: private, with their data there` : 'those of the settings'],
    ['Health', `${operations}/readyz`],
    ['Metrics', `${operations}/metrics, of all processes`],
  ];
  const width = Math.max(...members.map(({ name }) => name.length));
  return [
    '',
    `  ${config.serverName} ${version}  ready in ${(readyMs / 1_000).toFixed(1)} s, ${members.length} processes`,
    '',
    ...rows.map(([name = '', value = '']) => `  ${name.padEnd(9)}${value}`),
    '',
    ...members.map(
      ({ name, roles, pid, opsUrl }) =>
        `  ${name.padEnd(width)}  process ${String(pid).padEnd(8)}${opsUrl}/readyz  ${roles.join(', ')}`,
    ),
    '',
    ...hints(config, isFirstStart).map((hint) => `  ${hint}`),
    '',
  ].join('\n');
}

function hints(config: Config, isFirstStart: boolean): readonly string[] {
  return [
    ...(existsSync(join(config.dataDir, 'parley.sqlite'))
      ? ['What one process kept here, in parley.sqlite, is not in the cluster.']
      : []),
    ...(isFirstStart ? ['Open the first address and continue as a guest, or create an account.'] : []),
    'Make an administrator:  bin/parley user make-administrator <name>',
    ...(config.rateLimits === 'off' ? ['WARNING: rate limits are off. Fit for benchmarks only.'] : []),
    'Restart one process after the other, while people chat:  bin/parley rollout',
    'Ctrl+C stops all of it; nothing is lost.',
  ];
}
