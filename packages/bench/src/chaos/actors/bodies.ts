import { canaryText } from '../../checker/canary.ts';
import type { Random } from '../random.ts';

const words = 'yes no maybe later lunch 你好 ok done why the report is late again 🙂 see you at nine'.split(' ');
const wordsMax = 12;
/** One of so many is as long as a text may be. */
const longEvery = 50;
const longRepeats = 900;

/** Texts that no two messages of a run share, each with the canary of the conversation it is written for. [I10] */
export class Bodies {
  #written = 0;

  /** One that many texts hold. */
  static wordFor(index: number): string {
    return words[index % words.length] ?? '';
  }

  next(conversationId: number, random: Random): string {
    const body = ++this.#written;
    const picked = Array.from({ length: random.between(1, wordsMax) }, () => random.pick(words)).join(' ');
    const text = random.below(longEvery) === 0 ? `${picked} `.repeat(longRepeats).slice(0, 2_000) : picked;
    return `${canaryText({ conversationId, body })} ${text}`;
  }
}
