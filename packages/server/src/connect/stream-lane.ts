import type { Topic } from '../delivery.ts';
import type { Format } from './format.ts';
import type { Lane } from './lane.ts';
import { streamEvent } from './stream-event.ts';

/** All event streams of one format: every push is made an event once for all of them. */
export class StreamLane implements Lane {
  readonly format: Format;

  constructor(format: Format) {
    this.format = format;
  }

  frame(text: string): Uint8Array {
    return streamEvent(text);
  }

  nativeTopic(topic: Topic): string {
    return topic;
  }

  publish(): void {}
}
