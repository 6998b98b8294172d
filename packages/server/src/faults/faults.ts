import { ParleyError } from '@parley/protocol';
import { faultPointNames, faultPoints, type FaultPoint } from './fault-points.ts';

export type FaultAction = 'kill' | 'stall' | 'fail';

/** What shall happen at a point. */
export interface ArmedFault {
  /** `kill`: SIGKILL to oneself. `stall`: waiting. `fail`: the error an outage gives there. */
  readonly action: FaultAction;
  readonly stallMs: number;
  /** Hits to let pass first. */
  readonly skip: number;
  /** Hits it happens to after those; then the point is harmless again. */
  readonly times: number;
}

/** Hits since the start, those something happened to, and what is armed. */
export interface FaultPointState {
  readonly hits: number;
  readonly fired: number;
  readonly armed?: ArmedFault;
}

interface Point {
  hits: number;
  fired: number;
  armed: ArmedFault | undefined;
}

/** Named places where a server can be made to fail at will. The decorators of the ports pass them; without those there are none. */
export class Faults {
  private readonly kill: () => void;
  private readonly points = new Map<FaultPoint, Point>(
    faultPointNames.map((name) => [name, { hits: 0, fired: 0, armed: undefined }]),
  );
  private released = Promise.withResolvers<void>();

  /** `kill` ends the process at once, without a word to anyone. */
  constructor(kill: () => void = () => process.kill(process.pid, 'SIGKILL')) {
    this.kill = kill;
  }

  /** Takes the place of what is armed there. */
  arm(name: FaultPoint, fault: ArmedFault): void {
    this.pointOf(name).armed = fault;
  }

  isArmed(name: FaultPoint): boolean {
    return this.pointOf(name).armed !== undefined;
  }

  /** Disarms every point and ends every stall. Counts stay. */
  clear(): void {
    for (const point of this.points.values()) point.armed = undefined;
    this.released.resolve();
    this.released = Promise.withResolvers();
  }

  /** Passes a point; wait for what it returns. @throws ParleyError what an outage gives there. */
  at(name: FaultPoint): Promise<void> | undefined {
    const fault = this.hit(name);
    if (fault?.action === 'stall') return this.stall(fault.stallMs);
    this.fire(name, fault);
    return undefined;
  }

  /** Passes a point where nothing can wait: a stall there holds up the whole process. @throws ParleyError what an outage gives there. */
  atOnce(name: FaultPoint): void {
    const fault = this.hit(name);
    if (fault?.action === 'stall') Bun.sleepSync(fault.stallMs);
    else this.fire(name, fault);
  }

  state(): Readonly<Record<FaultPoint, FaultPointState>> {
    const states = Array.from(this.points, ([name, { hits, fired, armed }]) => [
      name,
      armed === undefined ? { hits, fired } : { hits, fired, armed },
    ]);
    return Object.fromEntries(states) as Record<FaultPoint, FaultPointState>;
  }

  /** Counts, and returns what has to happen now. */
  private hit(name: FaultPoint): ArmedFault | undefined {
    const point = this.pointOf(name);
    point.hits++;
    const { armed } = point;
    if (armed === undefined) return undefined;
    if (armed.skip > 0) {
      point.armed = { ...armed, skip: armed.skip - 1 };
      return undefined;
    }
    point.fired++;
    point.armed = armed.times > 1 ? { ...armed, times: armed.times - 1 } : undefined;
    return armed;
  }

  private fire(name: FaultPoint, fault: ArmedFault | undefined): void {
    if (fault?.action === 'kill') this.kill();
    if (fault?.action === 'fail') throw new ParleyError(faultPoints[name].outage, `A fault at ${name}, as asked for.`);
  }

  private async stall(stallMs: number): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, stallMs)));
    await Promise.race([elapsed, this.released.promise]);
    clearTimeout(timer);
  }

  private pointOf(name: FaultPoint): Point {
    return this.points.get(name) as Point;
  }
}
