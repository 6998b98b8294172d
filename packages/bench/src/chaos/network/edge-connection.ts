import { connect, type Socket } from 'node:net';
import type { Random } from '../random.ts';
import { Lane, realTiming } from './lane.ts';
import type { Weather } from './weather.ts';

/** Bytes one direction may hold before its sender is made to wait. */
const heldBytesMax = 1_048_576;
const resumeBelowBytes = heldBytesMax / 2;

export type Direction = 'up' | 'down';

export interface ConnectionParts {
  readonly client: Socket;
  readonly targetPort: number;
  readonly random: Random;
  weather(): Weather;
  ended(): void;
}

/** One connection through an edge: the client's socket, the server's, and a lane each way between them. */
export class EdgeConnection {
  readonly #parts: ConnectionParts;
  readonly #server: Socket;
  readonly #silent = new Set<Direction>();
  readonly up: Lane;
  readonly down: Lane;
  #isOver = false;
  #swallowedEnds = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    const { client, targetPort } = parts;
    this.#server = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    this.up = this.#lane('up', client, this.#server);
    this.down = this.#lane('down', this.#server, client);
    this.#join('up', client, this.#server);
    this.#join('down', this.#server, client);
  }

  /** From now on nothing of that direction arrives, neither bytes nor that a side went away. */
  silence(direction: Direction): void {
    this.#silent.add(direction);
  }

  /** Whether something was swallowed, so that the stream is of no use any more. */
  get isBroken(): boolean {
    return this.#silent.size > 0 || this.swallowed > 0;
  }

  /** Bytes that went nowhere, and goodbyes. */
  get swallowed(): number {
    return this.up.swallowed + this.down.swallowed + this.#swallowedEnds;
  }

  /** Reads from the server again, or stops doing so. */
  hear(): void {
    if (this.#parts.weather().isDeaf) this.#server.pause();
    else this.#resume('down');
  }

  /** Both sides learn that it is over, at once and without a goodbye. */
  cut(): void {
    if (this.#isOver) return;
    this.#end();
    this.#parts.client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  #lane(direction: Direction, from: Socket, to: Socket): Lane {
    return new Lane({
      direction,
      timing: realTiming,
      random: this.#parts.random.stream(direction),
      weather: () => this.#weatherOf(direction),
      write: (bytes) => {
        if (!to.destroyed) to.write(bytes, () => this.#written(direction));
        if (to.writableLength > heldBytesMax) from.pause();
      },
    });
  }

  #weatherOf(direction: Direction): Weather {
    const weather = this.#parts.weather();
    if (!this.#silent.has(direction)) return weather;
    return direction === 'up' ? { ...weather, isSilentUp: true } : { ...weather, isSilentDown: true };
  }

  #join(direction: Direction, from: Socket, to: Socket): void {
    const lane = direction === 'up' ? this.up : this.down;
    from.on('data', (bytes: Buffer) => {
      lane.take(bytes);
      if (lane.waitingBytes > heldBytesMax) from.pause();
    });
    const passOn = (): void => this.#heardOnly(direction, () => lane.finish(() => to.end()));
    from.on('error', () => this.#heardOnly(direction, () => lane.finish(() => this.cut()))); // Reset, or refused.
    from.on('end', passOn);
    from.on('close', (hadError: boolean) => {
      if (!hadError) passOn();
      if (from.closed && to.closed) this.#end();
    });
  }

  #written(direction: Direction): void {
    const [lane, to] = direction === 'up' ? [this.up, this.#server] : [this.down, this.#parts.client];
    if (lane.waitingBytes + to.writableLength < resumeBelowBytes) this.#resume(direction);
  }

  #resume(direction: Direction): void {
    if (direction === 'up') this.#parts.client.resume();
    else if (!this.#parts.weather().isDeaf) this.#server.resume();
  }

  /** On a silent way the other side does not hear that this one went away. */
  #heardOnly(direction: Direction, action: () => void): void {
    const { isSilentUp, isSilentDown } = this.#weatherOf(direction);
    if (direction === 'up' ? isSilentUp : isSilentDown) this.#swallowedEnds++;
    else action();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.up.close();
    this.down.close();
    this.#parts.ended();
  }
}
