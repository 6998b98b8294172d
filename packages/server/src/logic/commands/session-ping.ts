import type { Handler } from '../context.ts';
export const sessionPing: Handler<'session.ping'> = async ({ clock }) => ({ result: { now: clock.now() } });
