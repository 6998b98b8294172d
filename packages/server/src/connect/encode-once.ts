import type { Delivery } from '../delivery.ts';
import type { Format } from './format.ts';
import type { Frame } from './frame.ts';
import type { Lane } from './lane.ts';

/** Encodes a delivery at most once per format, and only for formats somebody listens in. */
export class EncodeOnce {
  private delivery: Delivery | undefined;
  private readonly formats: Format[] = [];
  private readonly texts: (string | undefined)[] = [];
  private frameLane: Lane | undefined;
  private lastFrame: Frame | undefined;

  start(delivery: Delivery): void {
    this.delivery = delivery;
    this.formats.length = 0;
    this.texts.length = 0;
    this.frameLane = undefined;
  }

  text(format: Format): string | undefined {
    const known = this.formats.indexOf(format);
    if (known >= 0) return this.texts[known];
    const text = this.delivery === undefined ? undefined : format.encode(this.delivery);
    this.formats.push(format);
    this.texts.push(text);
    return text;
  }

  /** The same for receivers one after the other, which usually share a lane. */
  frame(lane: Lane): Frame | undefined {
    if (lane === this.frameLane) return this.lastFrame;
    const text = this.text(lane.format);
    this.frameLane = lane;
    this.lastFrame = text === undefined ? undefined : lane.frame(text);
    return this.lastFrame;
  }
}
