/** What is made of the tables for readers and routers; apart from `index.ts`, so that no page has to load it. */
export * from './asyncapi.ts';
export * from './declarations.ts';
export * from './openapi.ts';
export * from './parameters.ts';
export * from './problem.ts';
