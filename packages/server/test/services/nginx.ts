import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceKind } from './service.ts';

export interface NginxFile {
  /** The text of an `nginx.conf`, and what stands in place of its addresses and files here. */
  readonly text: string;
  readonly replace: (ports: readonly number[]) => Readonly<Record<string, string>>;
  /** Ports it listens on; the first is the one it is asked on. */
  readonly portCount: number;
}

/** Written before everything, so that it keeps to the service's folder. */
const own = (folder: string): string =>
  [
    'daemon off;',
    'user root;',
    'include /etc/nginx/modules-enabled/*.conf;',
    `pid ${join(folder, 'pid')};`,
    `error_log ${join(folder, 'error.log')};`,
    '',
  ].join('\n');
const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** A proxy with one of the files of `deploy/nginx`, as Debian's nginx takes it: that one asks for a name once only. */
export function nginxKind({ text, replace, portCount }: NginxFile): ServiceKind {
  return {
    name: 'nginx',
    package: 'nginx libnginx-mod-stream',
    portCount,
    find: () => Bun.which('nginx', { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` }) ?? undefined,
    prepare({ folder, ports }) {
      const places = paths.map((name) => `${name}_temp_path ${join(folder, name)};`).join(' ');
      const file = Object.entries(replace(ports)).reduce((file, [from, to]) => file.replaceAll(from, to), text);
      const local = file
        .replaceAll(/^ *(resolver .*|include \/etc\/nginx\/modules-enabled.*)$/gm, '')
        .replaceAll(' resolve;', ';')
        .replace('http {', `http {\n  ${places}`);
      writeFileSync(join(folder, 'nginx.conf'), own(folder) + local);
    },
    arguments: ({ folder }) => ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
    isReady: (port) =>
      fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' }).then(
        () => true,
        () => false,
      ),
  };
}
