/** What starts this program again, up to its command: the executable of one file, or Bun with the sources. */
export function programCommand(): readonly string[] {
  const { execPath, execArgv } = process;
  return Bun.isStandaloneExecutable ? [execPath] : [execPath, ...execArgv, Bun.main];
}
