import manifest from '../../../package.json' with { type: 'json' };

/** Parley's own version. */
export const version: string = manifest.version;
