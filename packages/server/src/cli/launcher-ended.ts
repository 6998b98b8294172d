const lookEveryMs = 500;

/** Resolves when the launcher that started this program is gone, however it ended; without one, never. */
export function launcherEnded(): Promise<void> {
  const launcher = Number(process.env['LAUNCHER_PID'] ?? 0);
  const { promise, resolve } = Promise.withResolvers<void>();
  if (launcher !== process.ppid) return promise;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    resolve();
  }, lookEveryMs);
  return promise;
}
