import { encodePacket, ParleyError, type PacketVersion } from '@parley/protocol';
import type { Topic } from '../delivery.ts';
import type { Format } from './format.ts';
import type { Lane } from './lane.ts';

/** All TCP connections of one framing: every push is packed once for all of them. */
export class TcpLane implements Lane {
  readonly format: Format;
  private readonly version: PacketVersion;

  constructor(format: Format, version: PacketVersion) {
    this.format = format;
    this.version = version;
  }

  /** A text that does not fit the framing has no packet: sent anyway it would break the stream for good. */
  frame(text: string): Uint8Array | undefined {
    try {
      return encodePacket(this.version, text);
    } catch (error) {
      if (error instanceof ParleyError) return undefined;
      throw error;
    }
  }

  nativeTopic(topic: Topic): string {
    return topic;
  }

  publish(): void {}
}
