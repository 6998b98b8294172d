import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Topic } from '../delivery.ts';
import type { Session } from '../session.ts';
import { HitWindows } from './hit-windows.ts';
import { presenceLimits, type NodeRef, type Presence, type Route } from './presence.ts';
import { SessionCache } from './session-cache.ts';

interface Node extends NodeRef {
  /** The start before this one: what still comes from it is late. */
  readonly previousBootId: string | undefined;
  /** `[nodeId]`, shared by all topics only this node listens to. */
  readonly alone: readonly string[];
  endsAtMs: number;
  /** With the second one it has said everything. */
  beats: number;
}

const nobody: readonly Route[] = [];
const nowhere: readonly string[] = [];

/** The presence of one process. Its promises are resolved when they are returned. */
export class MemoryPresence implements Presence {
  private readonly clock: Clock;
  private readonly sessions: SessionCache;
  private readonly windows: HitWindows;
  private readonly nodes = new Map<string, Node>();
  private readonly routes = new Map<number, readonly Route[]>();
  private readonly interest = new Map<Topic, readonly string[]>();
  /** No node ends before this. */
  private nextEndMs = Infinity;
  private isClosed = false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.sessions = new SessionCache(clock);
    this.windows = new HitWindows(clock);
  }

  async addRoute(route: Route): Promise<{ readonly isFirst: boolean }> {
    this.start();
    if (this.hear(route) === undefined) return { isFirst: false };
    const others = this.routes.get(route.userId) ?? nobody;
    if (!others.some((other) => isSame(other, route))) this.routes.set(route.userId, [...others, route]);
    return { isFirst: others.length === 0 };
  }

  async removeRoute(route: Route): Promise<{ readonly isLast: boolean }> {
    this.start();
    const routes = this.routes.get(route.userId) ?? nobody;
    const left = routes.filter((other) => !isSame(other, route));
    if (left.length === routes.length) return { isLast: false };
    if (left.length > 0) this.routes.set(route.userId, left);
    else this.routes.delete(route.userId);
    return { isLast: left.length === 0 };
  }

  async routesOf(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly Route[]>> {
    this.start();
    return new Map(userIds.map((userId) => [userId, this.routes.get(userId) ?? nobody]));
  }

  async routesAt({ nodeId, bootId }: NodeRef): Promise<{ readonly routes: readonly Route[] }> {
    this.start();
    const all = [...this.routes.values()].flat();
    return { routes: all.filter((route) => route.nodeId === nodeId && route.bootId === bootId) };
  }

  async setInterest(
    ref: NodeRef,
    changes: readonly { readonly topic: Topic; readonly isListening: boolean }[],
  ): Promise<void> {
    this.start();
    const node = this.hear(ref);
    if (node === undefined) return;
    for (const { topic, isListening } of changes) this.setOne(node, topic, isListening);
  }

  async nodesOf(
    topics: readonly Topic[],
    among: readonly string[] = nowhere,
  ): Promise<ReadonlyMap<Topic, readonly string[]>> {
    this.start();
    const unknown = among.filter((nodeId) => (this.nodes.get(nodeId)?.beats ?? 0) < 2);
    const found = new Map<Topic, readonly string[]>();
    for (const topic of topics) {
      const listening = this.interest.get(topic) ?? nowhere;
      found.set(topic, unknown.length === 0 ? listening : [...new Set([...listening, ...unknown])]);
    }
    return found;
  }

  async beat(ref: NodeRef): Promise<{ readonly isKnown: boolean }> {
    this.start();
    const node = this.hear(ref);
    return { isKnown: node !== undefined && ++node.beats > 1 };
  }

  async findSession(tokenHash: string): Promise<Session | undefined> {
    this.start();
    return this.sessions.find(tokenHash);
  }

  async keepSession(tokenHash: string, session: Session): Promise<void> {
    this.start();
    this.sessions.keep(tokenHash, session);
  }

  async forgetSessions(deviceIds: readonly number[]): Promise<void> {
    this.start();
    for (const deviceId of deviceIds) this.sessions.forget(deviceId);
  }

  async hit(
    key: string,
    limit: number,
    windowMs: number,
  ): Promise<{ readonly retryAfterMs: number; readonly remaining: number }> {
    this.start();
    return this.windows.hit(key, limit, windowMs);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What every call begins with: nodes whose time is over are gone. [P3] */
  private start(): void {
    if (this.isClosed) throw new ParleyError('unavailable', 'The presence is closed.');
    const now = this.clock.monotonic();
    if (now < this.nextEndMs) return;
    for (const node of this.nodes.values()) if (node.endsAtMs <= now) this.forgetNode(node.nodeId);
    this.nextEndMs = Math.min(...[...this.nodes.values()].map((node) => node.endsAtMs));
  }

  /** The node as it lives now, or undefined when this comes from an earlier start of it. */
  private hear({ nodeId, bootId }: NodeRef): Node | undefined {
    const known = this.nodes.get(nodeId);
    if (known?.previousBootId === bootId) return undefined;
    const endsAtMs = this.clock.monotonic() + presenceLimits.nodeTtlMs;
    if (known?.bootId === bootId) {
      known.endsAtMs = endsAtMs;
      return known;
    }
    if (known !== undefined) this.forgetNode(nodeId);
    const previousBootId = known?.bootId;
    const node: Node = { nodeId, bootId, previousBootId, alone: [nodeId], endsAtMs, beats: 0 };
    this.nodes.set(nodeId, node);
    this.nextEndMs = Math.min(this.nextEndMs, endsAtMs);
    return node;
  }

  private forgetNode(nodeId: string): void {
    this.nodes.delete(nodeId);
    for (const [userId, routes] of this.routes) {
      const left = routes.filter((route) => route.nodeId !== nodeId);
      if (left.length > 0) this.routes.set(userId, left);
      else this.routes.delete(userId);
    }
    for (const [topic, nodes] of this.interest) this.keepInterest(topic, without(nodes, nodeId));
  }

  private setOne({ nodeId, alone }: Node, topic: Topic, isListening: boolean): void {
    const nodes = this.interest.get(topic);
    if (!isListening) this.keepInterest(topic, without(nodes ?? nowhere, nodeId));
    else if (nodes === undefined) this.interest.set(topic, alone);
    else if (!nodes.includes(nodeId)) this.interest.set(topic, [...nodes, nodeId]);
  }

  private keepInterest(topic: Topic, nodes: readonly string[]): void {
    if (nodes.length > 0) this.interest.set(topic, nodes);
    else this.interest.delete(topic);
  }
}

function isSame(a: Route, b: Route): boolean {
  return a.connectionId === b.connectionId && a.nodeId === b.nodeId && a.bootId === b.bootId;
}

function without(nodes: readonly string[], nodeId: string): readonly string[] {
  return nodes.includes(nodeId) ? nodes.filter((node) => node !== nodeId) : nodes;
}
