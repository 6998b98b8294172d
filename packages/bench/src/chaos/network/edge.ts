import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from '@parley/server/test/free-port.ts';
import type { Random } from '../random.ts';
import { EdgeConnection, type Direction } from './edge-connection.ts';
import { clear, type Weather } from './weather.ts';

export interface EdgeOptions {
  readonly name: string;
  readonly random: Random;
  /** Where its connections go; asked for each. */
  targetPort(): number;
}

/** What an edge did to its connections, so that a fault that never happened is seen. */
export interface EdgeCounts {
  readonly connections: number;
  readonly cuts: number;
  readonly refused: number;
  /** Bytes, and goodbyes. */
  readonly swallowed: number;
  readonly slices: number;
  readonly glued: number;
  readonly delayed: number;
}

const noCounts: EdgeCounts = {
  connections: 0,
  cuts: 0,
  refused: 0,
  swallowed: 0,
  slices: 0,
  glued: 0,
  delayed: 0,
};

/**
 * The way from one client to the server: a TCP proxy in this process whose weather can be changed while it runs.
 *
 * @example
 * await using edge = await Edge.open({ name: 'ann', random, targetPort: () => 7000 });
 * edge.change({ latencyMs: 200, jitterMs: 100 });
 * edge.cut();
 */
export class Edge implements AsyncDisposable {
  readonly name: string;
  readonly port: number;
  readonly #options: EdgeOptions;
  readonly #server: Server;
  readonly #connections = new Set<EdgeConnection>();
  #weather: Weather = clear;
  #counts = noCounts;
  #opened = 0;
  #due: { readonly direction: Direction; readonly bytes: number } | undefined;

  private constructor(options: EdgeOptions, port: number) {
    this.#options = options;
    this.port = port;
    this.name = options.name;
    this.#server = createServer((client) => this.#accept(client));
  }

  static async open(options: EdgeOptions): Promise<Edge> {
    const edge = new Edge(options, await freePort());
    await new Promise<void>((resolve, reject) => {
      edge.#server.once('error', reject);
      edge.#server.listen(edge.port, '127.0.0.1', resolve);
    });
    return edge;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  get weather(): Weather {
    return this.#weather;
  }

  /** Adds conditions to those there are. */
  change(conditions: Partial<Weather>): void {
    this.#weather = { ...this.#weather, ...conditions };
    for (const connection of this.#connections) connection.hear();
  }

  /** Fair weather again. Connections that lost bytes are cut: only now does anybody learn that they were broken. */
  clear(): void {
    const broken = [...this.#connections].filter((connection) => connection.isBroken);
    this.#weather = clear;
    this.#disarm();
    for (const connection of broken) this.#cut(connection);
    for (const connection of this.#connections) connection.hear();
  }

  /** Resets every connection. @returns how many there were. */
  cut(): number {
    const connections = [...this.#connections];
    for (const connection of connections) this.#cut(connection);
    return connections.length;
  }

  /** Resets the first connection, of those there are and those to come, that passes this many bytes more, wherever in a frame that is. */
  cutAfter(direction: Direction, bytes: number): void {
    this.#due = { direction, bytes };
    for (const connection of this.#connections) this.#arm(connection);
  }

  /** The connections there are now are half-open: silent in these directions, while new ones work. */
  silence(...directions: readonly Direction[]): void {
    for (const connection of this.#connections) for (const direction of directions) connection.silence(direction);
  }

  counts(): EdgeCounts {
    return [...this.#connections].reduce(withLanes, this.#counts);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.cut();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#weather.isRefusing) {
      this.#counts = { ...this.#counts, refused: this.#counts.refused + 1 };
      client.on('error', () => undefined); // It is being reset.
      client.resetAndDestroy();
      return;
    }
    this.#counts = { ...this.#counts, connections: this.#counts.connections + 1 };
    const connection: EdgeConnection = new EdgeConnection({
      client,
      targetPort: this.#options.targetPort(),
      random: this.#options.random.stream(String(++this.#opened)),
      weather: () => this.#weather,
      ended: () => {
        this.#connections.delete(connection);
        this.#counts = withLanes(this.#counts, connection);
      },
    });
    this.#connections.add(connection);
    this.#arm(connection);
    connection.hear();
  }

  #arm(connection: EdgeConnection): void {
    if (this.#due === undefined) return;
    const { direction, bytes } = this.#due;
    connection[direction].cutAfter(bytes, () => {
      this.#disarm();
      this.#cut(connection);
    });
  }

  #disarm(): void {
    this.#due = undefined;
    for (const { up, down } of this.#connections) for (const lane of [up, down]) lane.letPass();
  }

  #cut(connection: EdgeConnection): void {
    this.#counts = { ...this.#counts, cuts: this.#counts.cuts + 1 };
    connection.cut();
  }
}

function withLanes(counts: EdgeCounts, { up, down, swallowed }: EdgeConnection): EdgeCounts {
  return {
    ...counts,
    swallowed: counts.swallowed + swallowed,
    slices: counts.slices + up.slices + down.slices,
    glued: counts.glued + up.glued + down.glued,
    delayed: counts.delayed + up.delayed + down.delayed,
  };
}
