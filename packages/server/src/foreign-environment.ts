type Environment = Readonly<Record<string, string | undefined>>;

/** What is in an environment that is none of our settings, passwords among them. */
export function foreignEnvironment(surroundings: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(surroundings).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('PARLEY_'),
    ),
  );
}
