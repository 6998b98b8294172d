/** Where the sources of a compiled program are. */
const embedded = /^(\/\$bunfs\/|B:[\\/]~BUN[\\/])/;

/** What starts this program again, up to its command: the executable, or Bun with the sources. */
export function programCommand(): readonly string[] {
  const { execPath, execArgv } = process;
  return embedded.test(Bun.main) ? [execPath] : [execPath, ...execArgv, Bun.main];
}
