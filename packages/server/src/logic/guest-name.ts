const adjectives =
  `amber brave bright calm clever cosy curious dapper eager early fair gentle happy jolly keen kind lively lucky mellow merry
  mild neat nimble noble patient plucky polite proud quick quiet rapid silver smart snug sunny swift tidy warm wise witty`.split(
    /\s+/,
  );
const animals =
  `badger beaver bison crane deer dolphin eagle falcon ferret finch fox gecko gull hare heron ibis jay koala lark lemur lynx
  marten mole moose newt otter owl panda pelican penguin puffin quail raven robin seal sparrow stork swan tern turtle wren`.split(
    /\s+/,
  );

/** A friendly name for someone who gave none, such as “Curious Otter”. */
export function guestDisplayName(): string {
  return `${capital(pick(adjectives))} ${capital(pick(animals))}`;
}

/** A user name nobody chose, such as `guest-x7k2m9qa`; as good as unique. */
export function guestUserName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `guest-${[...bytes].map((byte) => (byte % 36).toString(36)).join('')}`;
}

function pick(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? 'friendly';
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
