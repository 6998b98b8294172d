import { subprotocol } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';

/** How deliveries look to the connections of one protocol. Encoded once per delivery and format, whoever many listen. */
export interface Format {
  /** Raw pushes name the format they are written in. */
  readonly name: string;
  /** The frame's text, or undefined when clients of this format have no frame for it. */
  encode(delivery: Delivery): string | undefined;
}

export const jsonFormat: Format = {
  name: subprotocol,
  encode({ push }) {
    if (push.push !== 'raw') return JSON.stringify(push);
    return push.format === subprotocol ? push.text : undefined;
  },
};
