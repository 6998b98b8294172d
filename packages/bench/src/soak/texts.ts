import { canaryText } from '../checker/canary.ts';
import type { Random } from '../chaos/random.ts';

const words =
  'the kettle is on come over when you like 明天见 rain again bring the long ladder and two umbrellas 👍'.split(' ');
const wordsMax = 30;

/** Texts of ordinary length, each with the canary of the conversation it is written for. [I10] */
export class Texts {
  private readonly random: Random;
  private written = 0;

  constructor(random: Random) {
    this.random = random;
  }

  next(conversationId: number): string {
    const picked = Array.from({ length: this.random.between(1, wordsMax) }, () => this.random.pick(words));
    return `${canaryText({ conversationId, body: ++this.written })} ${picked.join(' ')}`;
  }
}
