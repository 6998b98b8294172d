/** A push this client cannot know. */
const unknownPush = JSON.stringify({ push: 'poll.opened', poll: { id: 1, options: ['yes', 'no'], closesAt: null } });
const unknownFields = { since2031: { isNew: true, list: [1, 2, 3] }, hint: 'ignore me' };

/** The frames a newer server would send in the place of this one: with fields that were added, and pushes that were. [F21] */
export function asNewerServer(text: string): string[] {
  return [unknownPush, JSON.stringify(extended(JSON.parse(text)))];
}

function extended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(extended);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, opaque.has(name) ? field : extended(field)]);
  return { ...Object.fromEntries(fields), ...unknownFields };
}

/** What people wrote, and what others count by its keys. */
const opaque: ReadonlySet<string> = new Set(['content', 'limits', 'reactions']);
