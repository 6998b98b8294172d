import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { capture } from './command.mjs';

const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const triesMax = 3;

/** The version of an artifact in a project's file. */
export function pinnedIn(pom, artifact) {
  const [, version] = new RegExp(`<artifactId>${artifact}</artifactId>\\s*<version>([\\d.]+)<`).exec(
    readFileSync(pom, 'utf8'),
  );
  return version;
}

/** Programs of Java's come by Maven: who has neither gets none, and the tests say what is missing. */
export function canUseMaven(searchPath = process.env.PATH ?? '') {
  return ['java', 'mvn'].every((program) =>
    searchPath.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program))),
  );
}

/** What a slow server did not give is asked for again; what came stays with Maven. */
export async function copyDependencies(pom, folder) {
  const args = ['--batch-mode', '--quiet', '--file', pom, copy, `-DoutputDirectory=${folder}`];
  let result;
  for (let tries = 0; tries < triesMax && result?.code !== 0; tries++) result = await capture('mvn', args);
  return result;
}
