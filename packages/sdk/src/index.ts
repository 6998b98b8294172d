export type * from './contract.ts';
export { ParleyError, limits } from '@parley/protocol';
