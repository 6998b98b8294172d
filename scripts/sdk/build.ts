/** Builds the package that outsiders install: `npm run build:sdk`, then `npm pack packages/sdk/dist`. */
import { join } from 'node:path';
import { buildSdk } from './build-sdk.ts';

await buildSdk(join(import.meta.dir, '../../packages/sdk/dist'));
