/** Resolves after the delay, or as soon as `ended` does, which is to come soon: what waits for it is kept until then. */
export async function pause(delayMs: number, ended?: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, delayMs)));
  await (ended === undefined ? elapsed : Promise.race([elapsed, ended]));
  clearTimeout(timer);
}
