import type { Connection } from './connection.ts';

const none: readonly Connection[] = [];

/** The connections that have something in common: a user, a device. */
export class ConnectionIndex {
  private readonly byKey = new Map<number, readonly Connection[]>();

  get size(): number {
    return this.byKey.size;
  }

  keys(): MapIterator<number> {
    return this.byKey.keys();
  }

  has(key: number): boolean {
    return this.byKey.has(key);
  }

  of(key: number): readonly Connection[] {
    return this.byKey.get(key) ?? none;
  }

  /** @returns whether it is the first. */
  add(key: number, connection: Connection): boolean {
    const others = this.byKey.get(key);
    this.byKey.set(key, others === undefined ? [connection] : [...others, connection]);
    return others === undefined;
  }

  /** @returns whether it was the last. */
  remove(key: number, connection: Connection): boolean {
    const connections = this.of(key);
    const left = connections.filter((other) => other !== connection);
    if (left.length > 0) this.byKey.set(key, left);
    else this.byKey.delete(key);
    return left.length === 0 && connections.length > 0;
  }
}
