import type { Cast } from './cast.ts';
import type { Device } from './actors/device.ts';
import type { Step } from './actors/act.ts';

/** Everybody does what their script says, from its beginning again when it is through, until told to stop. */
export class Load implements Disposable {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  acts = 0;

  constructor(cast: Cast, scripts: ReadonlyMap<string, readonly Step[]>) {
    for (const [name, steps] of scripts) if (steps.length > 0) this.#follow(cast.device(name), steps);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #follow(device: Device, steps: readonly Step[]): void {
    const beganAt = performance.now();
    const next = (index: number): void => {
      const step = steps[index];
      if (step === undefined) return this.#follow(device, steps);
      const act = (): void => {
        this.acts++;
        device.act(step.act);
        next(index + 1);
      };
      this.#timers.set(device.name, setTimeout(act, Math.max(1, beganAt + step.atMs - performance.now())));
    };
    next(0);
  }
}
