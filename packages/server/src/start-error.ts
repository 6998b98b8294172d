/** A start that cannot succeed until somebody changes something; the message says what. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** What every cause says, the last of which is the operating system’s or the engine’s. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${reasonOf(error.cause)})`;
}
