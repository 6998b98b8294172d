import type { Params, UncheckedCommand } from '@parley/protocol';
import type { Transport } from '../contract.ts';
import type { Link, LinkEvents } from '../environment.ts';
import type { Member, MemberEvents } from './shared-link.ts';

/** Finds what carries a link: the share of this tab, or the leader's. */
export interface Carriage {
  carry(token: string, link: TabLink): void;
}

/**
 * A client’s link that goes over the one link of all tabs. It is open at once; who it belongs to, and with whom it may be shared,
 * its hello says.
 */
export class TabLink implements Link, MemberEvents {
  readonly #events: LinkEvents;
  readonly #carriage: Carriage;
  #waiting: string[] = [];
  #carrier: Member | undefined;
  #hasSpoken = false;
  #isOver = false;
  /** Called once, when it is left or lost. */
  ended: () => void = () => undefined;

  constructor(events: LinkEvents, carriage: Carriage) {
    this.#events = events;
    this.#carriage = carriage;
    queueMicrotask(() => this.#isOver || events.opened());
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isCarried(): boolean {
    return this.#carrier !== undefined;
  }

  send(text: string): void {
    if (this.#isOver) return;
    if (this.#carrier !== undefined) return this.#carrier.send(text);
    this.#waiting.push(text);
    if (this.#hasSpoken) return;
    this.#hasSpoken = true;
    const { params } = JSON.parse(text) as UncheckedCommand;
    this.#carriage.carry((params as Params<'session.hello'>).token, this);
  }

  close(): void {
    this.#end();
  }

  carriedBy(carrier: Member): void {
    this.#carrier = carrier;
    for (const text of this.#waiting.splice(0)) carrier.send(text);
  }

  received(text: string): void {
    if (!this.#isOver) this.#events.received(text);
  }

  over(transport: Transport): void {
    if (!this.#isOver) this.#events.over?.(transport);
  }

  outdated(): void {
    if (!this.#isOver) this.#events.outdated?.();
  }

  closed(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#events.closed(code, reason);
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#waiting = [];
    this.#carrier?.leave();
    this.ended();
  }
}
