/** One thing a pattern matches, and how often. */
export interface Term {
  /** One character of a set (as it is written), a group, or something without width: an anchor, a look-around, a reference. */
  readonly kind: 'set' | 'group' | 'empty';
  readonly source: string;
  readonly alternatives: readonly (readonly Term[])[];
  readonly min: number;
  readonly max: number;
}

/** Reads the source of a regular expression far enough to see what repeats what. @throws SyntaxError for what it does not know. */
export function readPattern(source: string): readonly (readonly Term[])[] {
  const reader = new Reader(source);
  const alternatives = reader.alternatives();
  if (!reader.isDone) throw new SyntaxError(`Unbalanced: ${source}`);
  return alternatives;
}

class Reader {
  private readonly source: string;
  private at = 0;

  constructor(source: string) {
    this.source = source;
  }

  get isDone(): boolean {
    return this.at >= this.source.length;
  }

  alternatives(): Term[][] {
    const found: Term[][] = [[]];
    while (!this.isDone && this.source[this.at] !== ')') {
      if (this.source[this.at] === '|') {
        this.at++;
        found.push([]);
      } else found.at(-1)?.push(this.term());
    }
    return found;
  }

  private term(): Term {
    const start = this.at;
    const { kind, alternatives } = this.atom();
    const source = this.source.slice(start, this.at);
    return { kind, alternatives, source, ...this.quantifier() };
  }

  private atom(): Pick<Term, 'kind' | 'alternatives'> {
    const sign = this.source[this.at] ?? '';
    if (sign === '(') return this.group();
    if (sign === '[') return this.set();
    if (sign === '\\') return this.escape();
    this.at += (this.source.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1;
    return { kind: sign === '^' || sign === '$' ? 'empty' : 'set', alternatives: [] };
  }

  private group(): Pick<Term, 'kind' | 'alternatives'> {
    const opening = /^\((?:\?(?::|<?[=!]|<\w+>))?/.exec(this.source.slice(this.at))?.[0] ?? '(';
    this.at += opening.length;
    const alternatives = this.alternatives();
    if (this.source[this.at] !== ')') throw new SyntaxError(`Unbalanced: ${this.source}`);
    this.at++;
    return /[=!]$/.test(opening) ? { kind: 'empty', alternatives: [] } : { kind: 'group', alternatives };
  }

  private set(): Pick<Term, 'kind' | 'alternatives'> {
    for (this.at++; this.source[this.at] !== ']'; this.at++) {
      if (this.isDone) throw new SyntaxError(`Unbalanced: ${this.source}`);
      if (this.source[this.at] === '\\') this.at++;
    }
    this.at++;
    return { kind: 'set', alternatives: [] };
  }

  private escape(): Pick<Term, 'kind' | 'alternatives'> {
    const escape =
      /^\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|k<\w+>|.)/su.exec(
        this.source.slice(this.at),
      )?.[0] ?? '\\';
    this.at += escape.length;
    return { kind: /^\\(?:[bB1-9]|k<)/.test(escape) ? 'empty' : 'set', alternatives: [] };
  }

  private quantifier(): Pick<Term, 'min' | 'max'> {
    const [all = '', sign, min, comma, max] =
      /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.source.slice(this.at)) ?? [];
    this.at += all.length;
    if (all === '') return { min: 1, max: 1 };
    if (sign !== undefined) return { min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    const least = Number(min);
    return { min: least, max: comma === '' ? least : max === '' ? Infinity : Number(max) };
  }
}
