import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canUseMaven, copyDependencies, pinnedIn } from './maven.mjs';

const pom = fileURLToPath(new URL('s3proxy/pom.xml', import.meta.url));

/** The server the S3 adapter is tested with. */
export const pinnedS3Proxy = pinnedIn(pom, 's3proxy');

/** What Java finds its classes in. */
export function s3ProxyClasses(state) {
  return join(state, 's3proxy', '*');
}

export function hasS3Proxy(state) {
  return existsSync(join(state, 's3proxy', `s3proxy-${pinnedS3Proxy}.jar`));
}

export const canInstallS3Proxy = canUseMaven;

export function installS3Proxy(state) {
  return copyDependencies(pom, join(state, 's3proxy'));
}
