/** Resolves after the delay, or as soon as `ended` does. */
export async function pause(delayMs: number, ended: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, delayMs)));
  await Promise.race([elapsed, ended]);
  clearTimeout(timer);
}
