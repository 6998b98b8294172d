import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { capture } from './command.mjs';

const pom = fileURLToPath(new URL('s3proxy/pom.xml', import.meta.url));
const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const triesMax = 3;

/** The server the S3 adapter is tested with. */
export const pinnedS3Proxy = /s3proxy<\/artifactId>\s*<version>([\d.]+)</.exec(readFileSync(pom, 'utf8'))[1];

/** What Java finds its classes in. */
export function s3ProxyClasses(state) {
  return join(state, 's3proxy', '*');
}

export function hasS3Proxy(state) {
  return existsSync(join(state, 's3proxy', `s3proxy-${pinnedS3Proxy}.jar`));
}

/** It is a program of Java's, and comes by Maven: who has neither gets none, and its tests say what is missing. */
export function canInstallS3Proxy(searchPath = process.env.PATH ?? '') {
  return ['java', 'mvn'].every((program) =>
    searchPath.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program))),
  );
}

/** What a slow server did not give is asked for again; what came stays with Maven. */
export async function installS3Proxy(state) {
  const args = ['--batch-mode', '--quiet', '--file', pom, copy, `-DoutputDirectory=${join(state, 's3proxy')}`];
  let result;
  for (let tries = 0; tries < triesMax && result?.code !== 0; tries++) result = await capture('mvn', args);
  return result;
}
