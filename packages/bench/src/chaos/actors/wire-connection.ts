import {
  decodeServerFrame,
  ParleyError,
  type CommandName,
  type ParamsInput,
  type Push,
  type Result,
} from '@parley/protocol';
import type { Tap } from './tap.ts';
import type { OpenWire, Wire } from './wire.ts';

/** A command that is not answered within this ends the connection: what became of it is unknown. */
const answerMs = 10_000;

/** The connection went away before the answer. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

export interface ConnectionOptions {
  readonly port: number;
  readonly tap: Tap;
  readonly openWire: OpenWire;
  pushed(push: Push): void;
  /** Once, unless it was dropped. */
  closed(reason: string): void;
}

interface Waiting {
  readonly timer: ReturnType<typeof setTimeout>;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One connection of a plain client: numbers its commands and matches the answers; no retry, nothing clever. */
export class WireConnection {
  readonly opened: Promise<void>;
  readonly #options: ConnectionOptions;
  readonly #wire: Wire;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #isOver = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.opened = promise;
    promise.catch(() => undefined); // Who waits for it hears of it.
    this.#wire = options.openWire(options.port, {
      opened: resolve,
      received: (text) => this.#received(text),
      closed: (reason) => {
        reject(new Lost());
        this.#end(reason);
      },
    });
  }

  get outstanding(): number {
    return this.#waiting.size;
  }

  /** @throws ParleyError the refusal; Lost */
  command<Name extends CommandName>(command: Name, params: ParamsInput<Name>): Promise<Result<Name>> {
    if (this.#isOver) return Promise.reject(new Lost());
    const id = ++this.#lastId;
    const text = JSON.stringify({ id, command, params });
    const { promise, resolve, reject } = Promise.withResolvers<Result<Name>>();
    const timer = setTimeout(() => this.giveUp('no answer'), answerMs);
    this.#waiting.set(id, { timer, reject, resolve: (result) => resolve(result as Result<Name>) });
    this.#options.tap.sent(text);
    this.#wire.send(text);
    return promise;
  }

  /** As if the other side had gone. */
  giveUp(reason: string): void {
    this.#wire.drop();
    this.#end(reason);
  }

  #received(text: string): void {
    if (this.#isOver) return;
    this.#options.tap.received(text);
    const frame = decodeServerFrame(text);
    if ('push' in frame) return this.#options.pushed(frame);
    const waiting = this.#waiting.get(frame.id);
    if (waiting === undefined) return;
    this.#waiting.delete(frame.id);
    clearTimeout(waiting.timer);
    if ('result' in frame) waiting.resolve(frame.result);
    else waiting.reject(new ParleyError(frame.error.code, frame.error.message));
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.tap.closed(reason);
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Lost());
    }
    this.#waiting.clear();
    this.#options.closed(reason);
  }
}
