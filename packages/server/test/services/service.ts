import { describe } from 'bun:test';
import type { ServiceKind } from '../../src/services/service.ts';

export { Service, type ServiceKind, type ServicePlace } from '../../src/services/service.ts';

/** Tests of a real service. Where it is not installed they are skipped, naming the command; in CI a skip fails the run. */
export function describeWith(kind: ServiceKind, tests: () => void): void {
  const isMissing = kind.find() === undefined;
  const name = isMissing ? `needs ${kind.name}: apt-get install --yes ${kind.package}` : `with ${kind.name}`;
  describe.skipIf(isMissing)(name, tests);
}
