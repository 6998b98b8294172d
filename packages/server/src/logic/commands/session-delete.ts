import type { Handler } from '../context.ts';

/** The asking socket closes last, after its reply was written; the device's other sockets before it. */
export const sessionDelete: Handler<'session.delete'> = async (context, { session, caller }) => {
  await context.sessions.signOut(session, caller.connection);
  return { result: {}, effects: { close: 'signed-out' } };
};
