import * as fc from 'fast-check';

/** Loaded before every test file: in CI a property draws the same cases each time, so that no change is judged by chance. */
if (process.env.CI === 'true') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });
