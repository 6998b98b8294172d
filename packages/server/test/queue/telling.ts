/** Those parts of a log by which it tells what is away and back; the texts go into `logged`. */
export function telling(logged: string[]): {
  warn(facts: object, text: string): void;
  info(facts: object, text: string): void;
} {
  const tell = (_facts: object, text: string): void => void logged.push(text);
  return { warn: tell, info: tell };
}
