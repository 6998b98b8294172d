import { describe, expect, test } from 'bun:test';
import { parseS3Url } from './s3-address.ts';

describe('the address of a bucket', () => {
  test('has a host and a bucket, with TLS unless told otherwise', () => {
    expect(parseS3Url('s3://s3.eu-central-1.amazonaws.com/files')).toEqual({
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      bucket: 'files',
      prefix: '',
    });
    expect(parseS3Url('s3://127.0.0.1:9000/files?tls=off').endpoint).toBe('http://127.0.0.1:9000');
  });

  test('has a prefix, a region, and a key and a secret with any character in them', () => {
    expect(parseS3Url('s3://KEY:a%2Fb%2Bc%3A@host/my.files-1/chat/one/?region=eu-west-1')).toEqual({
      endpoint: 'https://host',
      bucket: 'my.files-1',
      prefix: 'chat/one/',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'KEY', secretAccessKey: 'a/b+c:' },
    });
  });

  test.each([
    ['s3://host', 'must look like'],
    ['s3://host/', 'must look like'],
    ['s3://host/a', 'must look like'],
    ['s3:///bucket', 'must look like'],
    ['s3://key@host/bucket', 'needs both'],
    ['s3://key:@host/bucket', 'needs both'],
    ['s3://%zz:hunter2@host/bucket', 'not percent-encoded'],
    ['s3://a b/bucket', 'a host that is none'],
    ['s3://host/bucket?regoin=x', 'no option “regoin”'],
    ['s3://host/bucket?tls=maybe', 'tls=on or tls=off'],
  ])('%s is refused', (url, reason) => {
    expect(() => parseS3Url(url)).toThrow(RangeError);
    expect(() => parseS3Url(url)).toThrow(reason);
    expect(() => parseS3Url(url)).not.toThrow('hunter2');
  });
});
