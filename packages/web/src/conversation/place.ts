import type { Route } from '../route.ts';

/** Which conversation, and the message to jump to. A new object is a new jump. */
export type Place = Extract<Route, { page: 'conversation' }>;
