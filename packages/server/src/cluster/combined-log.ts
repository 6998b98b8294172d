import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** How often the files are looked at, and what is taken of one at a time. */
const lookEveryMs = 200;
const chunkBytes = 65_536;
/** Of 256, those that can be read on dark and on light. */
const colours = [39, 208, 77, 170, 178, 81, 203, 141];
const levels: Readonly<Record<string, string>> = { 20: 'debug', 30: '', 40: 'warn', 50: 'ERROR' };
/** Said by the frame already. */
const framing: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'stack']);

export interface CombinedLogOptions {
  readonly print: (text: string) => void;
  readonly hasColour: boolean;
  /** So that all lines begin in the same column. */
  readonly width: number;
}

/** What all processes say, in one place: who, then what. */
export class CombinedLog {
  private readonly options: CombinedLogOptions;
  private readonly tails = new Map<string, Tail>();
  private readonly colourOf = new Map<string, number>();
  private readonly timer: ReturnType<typeof setInterval>;

  constructor(options: CombinedLogOptions) {
    this.options = options;
    this.timer = setInterval(() => this.look(), lookEveryMs);
  }

  /** Follows a log file of ours from where it ends now. */
  follow(name: string, path: string): void {
    this.tails.set(name, new Tail(path));
  }

  say(name: string, text: string): void {
    this.options.print(`${this.frame(name)} ${text}`);
  }

  /** Says what is new. Called from time to time. */
  look(): void {
    for (const [name, tail] of this.tails) for (const line of tail.take()) this.say(name, sentenceOf(line));
  }

  close(): void {
    clearInterval(this.timer);
    this.look();
    for (const tail of this.tails.values()) tail.close();
  }

  private frame(name: string): string {
    const { hasColour, width } = this.options;
    const text = `${name.padEnd(width)} │`;
    if (!hasColour) return text;
    const known = this.colourOf.get(name) ?? colours[this.colourOf.size % colours.length] ?? 0;
    this.colourOf.set(name, known);
    return `\u001B[38;5;${known}m${text}\u001B[0m`;
  }
}

/** New lines of a file that grows, and may be begun anew. */
class Tail {
  private readonly path: string;
  private descriptor: number | undefined;
  private offset: number;
  private rest = '';
  private readonly decoder = new TextDecoder();

  constructor(path: string) {
    this.path = path;
    this.descriptor = openIfThere(path);
    this.offset = this.descriptor === undefined ? 0 : fstatSync(this.descriptor).size;
  }

  /** What cannot be read is not shown: no process may end for a line about another. */
  take(): readonly string[] {
    try {
      this.descriptor ??= openIfThere(this.path);
      const lines = (this.rest + this.read()).split('\n');
      this.rest = lines.pop() ?? '';
      return lines;
    } catch {
      return [];
    }
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  /** The end of the old file first: a new one is looked for when there is nothing left of it. */
  private read(): string {
    if (this.descriptor === undefined) return '';
    const bytes = Buffer.alloc(chunkBytes);
    const count = readSync(this.descriptor, bytes, 0, chunkBytes, this.offset);
    this.offset += count;
    if (count === 0) this.reopen();
    return this.decoder.decode(bytes.subarray(0, count), { stream: true });
  }

  private reopen(): void {
    const fresh = openIfThere(this.path);
    if (fresh === undefined) return;
    if (this.descriptor === undefined || fstatSync(fresh).ino === fstatSync(this.descriptor).ino)
      return closeSync(fresh);
    closeSync(this.descriptor);
    this.descriptor = fresh;
    this.offset = 0;
  }
}

function openIfThere(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? openSync(path, 'r') : undefined;
}

/** A line of the log as people read it; what is no such line stays as it is. */
export function sentenceOf(line: string): string {
  const entry = entryOf(line);
  if (entry === undefined) return line;
  const facts = Object.entries(entry).filter(([key]) => !framing.has(key));
  const level = levels[String(entry['level'])] ?? '';
  const parts = [level, String(entry['msg']), ...facts.map(([key, value]) => `${key}=${brief(value)}`)];
  return parts.filter((part) => part !== '').join('  ');
}

function entryOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Of an error its message: where it was thrown is in the file. */
function brief(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return 'message' in value ? String(value.message) : JSON.stringify(value);
}
