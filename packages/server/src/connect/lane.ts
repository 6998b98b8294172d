import type { Topic } from '../delivery.ts';
import type { Frame } from './frame.ts';
import type { Format } from './format.ts';

/** The way to all connections of one format on one server: what goes to them together. */
export interface Lane {
  readonly format: Format;
  /** The text as this lane's transport writes it, made once for all its connections; undefined when it does not fit the framing. */
  frame(text: string): Frame | undefined;
  /** The runtime's own name of a topic on this lane. */
  nativeTopic(topic: Topic): string;
  /** Publishes to all connections that listen natively. */
  publish(topic: Topic, text: string): void;
}
