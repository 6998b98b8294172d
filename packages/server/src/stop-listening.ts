/** What of one of Bun's servers is needed to stop it. */
export interface Listening {
  stop(closeActiveConnections?: boolean): Promise<void>;
}

/** How long running requests may take to finish; one that never ends must not keep the process from ending. */
export const stopGraceMs = 2_000;

/** Stops accepting and lets running requests finish, but not for long: then their connections are cut. */
export async function stopListening(server: Listening, graceMs: number = stopGraceMs): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<'over'>((resolve) => (timer = setTimeout(resolve, graceMs, 'over')));
  const isOver = await Promise.race([server.stop(), patience]);
  clearTimeout(timer);
  if (isOver === 'over') await server.stop(true);
}
