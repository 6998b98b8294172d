import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasS3Proxy, s3ProxyClasses } from '../../../../scripts/launch/s3proxy.mjs';
import type { ServiceKind, ServicePlace } from './service.ts';

const state = join(import.meta.dir, '../../../../.bun');
const settingsFile = 's3proxy.conf';
export const s3Credentials = { accessKeyId: 'parley', secretAccessKey: 'canary/of+the=secret' } as const;
export const s3Bucket = 'files';

/** S3's API before a folder. `npm test` gets it by Maven, once. */
export const s3ProxyKind: ServiceKind = {
  name: 's3proxy',
  package: 'default-jre-headless maven',
  portCount: 1,
  find: () => (hasS3Proxy(state) ? (Bun.which('java') ?? undefined) : undefined),
  prepare(place) {
    mkdirSync(join(place.folder, 'buckets', s3Bucket), { recursive: true });
    writeFileSync(join(place.folder, settingsFile), settingsOf(place));
    writeFileSync(join(place.folder, 'logback.xml'), '<configuration/>');
  },
  arguments: ({ folder }) => [
    '-Xmx128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlogback.configurationFile=${join(folder, 'logback.xml')}`,
    '-cp',
    s3ProxyClasses(state),
    'org.gaul.s3proxy.Main',
    '--properties',
    join(folder, settingsFile),
  ],
  isReady: (port) =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    ),
};

export function s3Url(port: number, { bucket = s3Bucket, prefix = '' } = {}): string {
  const [key, secret] = [s3Credentials.accessKeyId, s3Credentials.secretAccessKey].map(encodeURIComponent);
  return `s3://${key}:${secret}@127.0.0.1:${port}/${bucket}/${prefix}?region=us-east-1&tls=off`;
}

function settingsOf({ folder, ports: [port = 0] }: ServicePlace): string {
  const settings = {
    's3proxy.endpoint': `http://127.0.0.1:${port}`,
    's3proxy.authorization': 'aws-v2-or-v4',
    's3proxy.identity': s3Credentials.accessKeyId,
    's3proxy.credential': s3Credentials.secretAccessKey,
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.filesystem.basedir': join(folder, 'buckets'),
    'jclouds.identity': 'none',
    'jclouds.credential': 'none',
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
