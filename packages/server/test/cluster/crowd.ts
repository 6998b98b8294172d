import { expect } from 'bun:test';
import { Chatter, Guest } from './guest.ts';
import type { ServerProcess } from '../server-process.ts';

let crowds = 0;

/** People on several connect nodes who talk in the lobby without a pause, and what has to be true of it whatever happens. */
export class Crowd implements AsyncDisposable {
  readonly guests: readonly Guest[];
  readonly #name: string;
  readonly #chatters: readonly Chatter[];

  private constructor(guests: readonly Guest[]) {
    this.guests = guests;
    this.#name = `crowd ${++crowds},`;
    this.#chatters = guests.map((guest, index) => new Chatter(guest, `${this.#name} ${index}:`));
  }

  /** One at each of these nodes, with their accounts made at `web`. */
  static async gather(nodes: readonly ServerProcess[], web: ServerProcess): Promise<Crowd> {
    return new Crowd(await Promise.all(nodes.map((node) => Guest.enter(node, web))));
  }

  /** Resolves when something that each of them says from now on is acked and seen by all others. @returns how long that took */
  async heal(guests: readonly Guest[] = this.guests): Promise<number> {
    const startedMs = performance.now();
    const counts = guests.map(({ acked }) => acked.length);
    for (const [index, { acked }] of guests.entries())
      // The one that is on its way may have been said before.
      while (acked.length < (counts[index] ?? 0) + 2) await Bun.sleep(10);
    const last = guests.flatMap(({ acked }) => acked.slice(-1));
    for (const guest of guests) for (const text of last) await guest.sees(text);
    return performance.now() - startedMs;
  }

  /** Everything acked is there once, in the order in which each said it; and everybody sees the end of it, without a hole. */
  async expectWhole(): Promise<void> {
    await Promise.all(this.#chatters.map((chatter) => chatter.stop()));
    const [reader] = this.guests;
    const whole = (await reader?.history())?.filter((text) => text.startsWith(this.#name)) ?? [];
    expect(whole).toHaveLength(this.guests.reduce((count, { acked }) => count + acked.length, 0));
    for (const [index, guest] of this.guests.entries()) {
      expect(whole.filter((text) => text.startsWith(`${this.#name} ${index}:`))).toEqual(guest.acked);
      await guest.sees(whole.at(-1) ?? '');
      const seen = (): readonly string[] => guest.texts.filter((text) => text.startsWith(this.#name));
      // One's own last message may be shown before what came just before it.
      while (!Bun.deepEquals(seen(), whole.slice(-seen().length))) await Bun.sleep(20);
      expect(seen().length).toBeGreaterThan(1);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.guests.map((guest) => guest[Symbol.asyncDispose]()));
  }
}
