/**
 * Runs its phases once after everything that has arrived was read, so that what came together leaves together. It asks for
 * the next turn of the event loop and never for a time: a lone frame is not delayed.
 */
export class Tick {
  private readonly phases: (() => void)[] = [];
  private isAwake = false;

  /** Phases run in the order in which they were added. */
  add(phase: () => void): void {
    this.phases.push(phase);
  }

  wake(): void {
    if (this.isAwake) return;
    this.isAwake = true;
    setImmediate(this.run);
  }

  private readonly run = (): void => {
    this.isAwake = false;
    for (const phase of this.phases) phase();
  };
}
