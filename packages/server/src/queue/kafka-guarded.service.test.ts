import { afterAll, beforeAll, expect, test } from 'bun:test';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { quiet } from '../../test/connect/test-node.ts';
import { codeOf } from '../../test/queue/code-of.ts';
import { asked, openKafka } from '../../test/queue/open-kafka.ts';
import { Versions } from '../../test/queue/versions.ts';
import { kafkaCertificateOf, kafkaGuardedKind, kafkaGuardedPort, kafkaLogin } from '../../test/services/kafka.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { openKafkaQueue } from './kafka.ts';
import { head } from './sample-deliveries.ts';

/** Kafka’s number for it. */
const scramSha256 = 1;
/** A start on a busy machine. */
const slow = 90_000;

describeWith(kafkaGuardedKind, () => {
  let service: Service;
  beforeAll(async () => void (service = await Service.start(kafkaGuardedKind)), slow);
  afterAll(() => service[Symbol.asyncDispose]());
  const { user, password } = kafkaLogin;

  const urlWith = (word: string, options: Readonly<Record<string, string>>): string =>
    `kafka+ssl://${user}:${encodeURIComponent(word)}@127.0.0.1:${kafkaGuardedPort(service.ports)}?${new URLSearchParams(options).toString()}`;
  const certified = () => ({ ca: kafkaCertificateOf(service.folder) });

  test('over TLS with a password deliveries are made', async () => {
    await using queue = await openKafka(urlWith(password, certified()));
    const taken = new Versions();
    await queue.consume(taken.handler);
    await queue.enqueue([head(1, 1)]);
    await taken.has(1, 1);
  });

  test('a password may be shown by SCRAM', async () => {
    const [salt, iterations] = [randomBytes(16), 4_096];
    const saltedPassword = pbkdf2Sync('other word', salt, iterations, 32, 'sha256');
    const wanted = { name: user, mechanism: scramSha256, iterations, salt, saltedPassword };
    await asked(service.port, (connection) =>
      connection.call(connection.client.alterUserScramCredentialsV0.api, [], [wanted]),
    );
    await using queue = await openKafka(urlWith('other word', { ...certified(), sasl: 'scram-sha-256' }));
    await queue.enqueue([head(1, 1)]);
  });

  test('a wrong password and a certificate nobody knows are refused, and it is said which', async () => {
    expect(await refusalOf(urlWith('wrong', certified()))).toContain('authentication failed');
    expect(await refusalOf(urlWith(password, {}))).toContain('certificate');
  });
});

/** What is told about an address that cannot be used. */
async function refusalOf(url: string): Promise<string> {
  const warned: { readonly error?: Error }[] = [];
  const log = { ...quiet, warn: (facts: object) => void warned.push(facts) };
  await using queue = openKafkaQueue(url, { clock: systemClock, log });
  while (warned.length === 0) expect(await codeOf(queue.enqueue([head(1, 1)]))).toBe('unavailable');
  return String(warned[0]?.error?.cause);
}
