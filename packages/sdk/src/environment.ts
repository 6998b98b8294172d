import type { Transport } from './contract.ts';

/** What the SDK needs of the place it runs in; injected, so that tests can turn time and lose frames. */
export interface Environment {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Calls `action` after a delay. Returns the function that stops it. */
  after(delayMs: number, action: () => void): () => void;
  /** From 0 to less than 1. */
  random(): number;
  /** A new id nobody else chose. */
  newId(): string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  readonly openLink: OpenLink;
  /** Other clients on the same storage, such as other tabs. Absent: there are none. */
  readonly siblings?: Siblings;
  /** Tells the other clients on the same storage that the kept session is another one, and hears of it. Absent: there are none. */
  readonly sessionNews?: SessionNews;
  /** Calls `listener` when the network came back or the page became visible again. Returns the function that stops it. */
  onReturn(listener: () => void): () => void;
}

/** One open way to the server that carries text frames both ways, over whichever transport. */
export interface Link {
  send(text: string): void;
  close(): void;
}

/** What a link tells. `closed` is the last, and comes exactly once unless `close` was called. */
export interface LinkEvents {
  opened(): void;
  /** What it goes over: before the first frame, from those who know. */
  over?(transport: Transport): void;
  received(text: string): void;
  closed(code: number, reason: string): void;
  /** There may be a better way now: worth opening another link before this one is left. */
  outdated?(): void;
}

export interface SessionNews {
  tell(): void;
  /** Returns the function that stops it. */
  listen(heard: () => void): () => void;
}

/** Clients that share one storage: what one leaves when it ends, however that happens, one of the others takes over. */
export interface Siblings {
  /** Resolves with this client’s name, which nobody else has until `leave`. `met` is called with the name of each other one, now and later. */
  join(met: (name: string) => void): Promise<string>;
  /** Calls `inherit` once the client of that name has ended and did not come back; one survivor at a time, and until it resolves. */
  outlive(name: string, inherit: () => Promise<void>): void;
  leave(): void;
}

export type OpenLink = (url: string, events: LinkEvents) => Link;
