import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { ParleyError } from '@parley/protocol';
import { ManualClock } from '../../test/manual-clock.ts';
import { parley, type Ran } from '../../test/run-parley.ts';
import { s3Credentials, s3ProxyKind, s3Url } from '../../test/services/s3proxy.ts';
import { describeWith, Service } from '../../test/services/service.ts';
import { systemClock } from '../clock.ts';
import { blobConformance } from './blob.conformance.ts';
import { S3Blob } from './s3.ts';

const options = { type: 'text/plain', bytesMax: 20_000_000 } as const;

describeWith(s3ProxyKind, () => {
  let server: Service;
  beforeAll(async () => void (server = await Service.start(s3ProxyKind)));
  afterAll(() => server[Symbol.asyncDispose]());

  const open = (place: string): S3Blob =>
    new S3Blob({ url: s3Url(server.port, { prefix: place }), clock: systemClock });

  blobConformance('s3', { open: async (place) => open(place) });

  test('B1 a file larger than what is kept in memory goes by way of one on disk, which is gone afterwards', async () => {
    await using blob = open('large');
    const part = crypto.getRandomValues(new Uint8Array(60_000));
    const bytes = new Uint8Array(Buffer.concat(Array.from({ length: 60 }, () => part)));
    expect(await blob.put('large', new Response(bytes).body!, options)).toEqual({ size: bytes.length });
    const stored = await blob.get('large');
    expect(await new Response(stored?.stream()).bytes()).toEqual(bytes);
    await blob.put('large', new Response(bytes).body!, { ...options, bytesMax: 2_000_000 }).catch(() => undefined);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`parley-upload-${process.pid}-`))).toEqual([]);
  });

  test('B2 what was told of a file is never followed by the bytes of another one', async () => {
    await using blob = open('replaced');
    await blob.put('file', new Uint8Array([1]), options);
    const told = await blob.get('file');
    await blob.put('file', new Uint8Array([2, 3]), options);
    expect(await reasonOf(new Response(told?.stream()).bytes())).toBe('The file was replaced meanwhile.');
  });

  test('B3 a bucket that is not there is no missing file, and a wrong secret neither; nothing of it is told', async () => {
    const urls = [s3Url(server.port, { bucket: 'elsewhere' }), s3Url(server.port).replace('canary', 'hunter2')];
    for (const url of urls) {
      await using blob = new S3Blob({ url, clock: systemClock });
      const calls = [() => blob.get('file'), () => blob.put('file', new Uint8Array([1]), options)];
      for (const call of calls) {
        const error = await call().then(
          () => undefined,
          (error: ParleyError) => error,
        );
        expect(error?.code).toBe('unavailable');
        expect(Bun.inspect(error)).toMatch(/answers 40[34]/);
        expect(Bun.inspect(error)).not.toMatch(/canary|hunter2|Signature=/);
      }
    }
  });

  test('a type that could not stand in a header is refused', async () => {
    await using blob = open('types');
    for (const type of ['', 'text/plain\r\nX: y', `text/${'x'.repeat(300)}`])
      expect(await reasonOf(blob.put('file', new Uint8Array([1]), { ...options, type }))).toContain('no type');
  });

  test('a server that stops answering in the middle of a file is given up, and so is one that is gone', async () => {
    const clock = new ManualClock();
    await using blob = new S3Blob({ url: s3Url(server.port), clock });
    await blob.put('file', new Uint8Array(16_000_000), options);
    const told = await blob.get('file');
    const reading = told?.stream().getReader();
    await reading?.read();
    server.pause();
    const reason = reasonOf(readAll(reading));
    while ((await Promise.race([reason, Bun.sleep(20)])) === undefined) clock.advance(1_000);
    server.resume();
    expect(await reason).toContain('No answer in time');
    await server.kill();
    expect(await reasonOf(blob.get('file'))).toBe('The file store cannot be used.');
    await server.start();
  }, 60_000);

  test('doctor knows a bucket that answers, with the credentials in its URL or in the environment', async () => {
    const doctor = async (url: string, env: Record<string, string> = {}): Promise<Ran> =>
      parley(['doctor', '--roles', 'site', '--site-port', '0', '--ops-port', '0'], {
        env: { ...env, PARLEY_BLOB_URL: url },
      });
    expect(await doctor(s3Url(server.port))).toMatchObject({
      code: 0,
      out: expect.stringContaining('bucket for files answers'),
    });
    const { accessKeyId, secretAccessKey } = s3Credentials;
    const bare = s3Url(server.port).replace(/\/\/.*@/, '//');
    const env = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
    expect((await doctor(bare, env)).code).toBe(0);
    const wrong = await doctor(bare);
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining('Make the bucket')]);
    expect((await doctor('s3://host')).out).toContain('PARLEY_BLOB_URL must look like s3://');
  }, 60_000);
});

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<void> {
  while ((await reader?.read())?.done === false);
}

async function reasonOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'resolved',
    (error: Error) => error.message,
  );
}
