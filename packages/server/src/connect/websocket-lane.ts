import type { Server } from 'bun';
import type { Topic } from '../delivery.ts';
import type { Format } from './format.ts';
import type { Lane } from './lane.ts';
import type { WebSocketConnection } from './websocket-connection.ts';

/** All WebSockets of one format on one of Bun's servers: published to natively. */
export class WebSocketLane implements Lane {
  readonly format: Format;
  private readonly server: Server<WebSocketConnection>;
  private readonly prefix: string;

  constructor(server: Server<WebSocketConnection>, format: Format, index: number) {
    this.server = server;
    this.format = format;
    // The first format goes without, because making a name costs as much as publishing to it.
    this.prefix = index === 0 ? '' : `${format.name}|`;
  }

  frame(text: string): string {
    return text;
  }

  nativeTopic(topic: Topic): string {
    return this.prefix === '' ? topic : this.prefix + topic;
  }

  publish(topic: Topic, text: string): void {
    this.server.publish(this.nativeTopic(topic), text, false);
  }
}
