/** Lets `places` through at a time, in the order of asking. */
export class Turnstile {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(places: number) {
    this.free = places;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /** Resolves with true when it is one's turn; with false when that took longer than `waitMsMax`, which may be Infinity. */
  enter(waitMsMax: number): Promise<boolean> {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const onTurn = () => {
        clearTimeout(timer);
        resolve(true);
      };
      this.waiting.push(onTurn);
      if (waitMsMax !== Infinity) timer = setTimeout(() => this.giveUp(onTurn, resolve), waitMsMax);
    });
  }

  leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free++;
    else next();
  }

  private giveUp(onTurn: () => void, resolve: (isTurn: boolean) => void): void {
    this.waiting.splice(this.waiting.indexOf(onTurn), 1);
    resolve(false);
  }
}
