import { join } from 'node:path';
import type { Blob } from '../blob/blob.ts';
import { DiskBlob } from '../blob/disk.ts';
import { S3Blob } from '../blob/s3.ts';
import { systemClock } from '../clock.ts';
import { spelling, type Config } from '../config/config.ts';
import { reasonOf, StartError } from '../start-error.ts';

/** The files of the configuration: `disk:` is a folder in the data folder, `s3:` a bucket. @throws StartError */
export function openBlob({ blobUrl: url, dataDir }: Config): Blob {
  if (url.startsWith('disk:')) return new DiskBlob({ folder: join(dataDir, 'files') });
  try {
    return new S3Blob({ url, clock: systemClock });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new StartError(`${spelling.environment('blobUrl')} ${cause.message}`, { cause });
  }
}

/** Asks for a file nobody has: whether the bucket is there and answers. Of a disk there is nothing to ask. @throws StartError */
export async function askBlob(config: Config): Promise<void> {
  if (config.blobUrl.startsWith('disk:')) return;
  await using blob = openBlob(config);
  try {
    await blob.get('doctor');
  } catch (cause) {
    throw new StartError(`${spelling.environment('blobUrl')} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}
