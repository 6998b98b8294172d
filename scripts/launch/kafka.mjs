import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canUseMaven, copyDependencies, pinnedIn } from './maven.mjs';

const pom = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));

/** The Kafka its adapter is tested with. */
export const pinnedKafka = pinnedIn(pom, 'kafka_2\\.13');

/** What Java finds its classes in. */
export function kafkaClasses(state) {
  return join(state, 'kafka', '*');
}

export function hasKafka(state) {
  return existsSync(join(state, 'kafka', `kafka_2.13-${pinnedKafka}.jar`));
}

export const canInstallKafka = canUseMaven;

export function installKafka(state) {
  return copyDependencies(pom, join(state, 'kafka'));
}
