import type { Clock } from '../clock.ts';
import type { Topic } from '../delivery.ts';
import type { Log } from '../log.ts';
import { RedisConnection, type Script } from '../redis-connection.ts';
import type { Session } from '../session.ts';
import { presenceLimits, type NodeRef, type Presence, type Route } from './presence.ts';
import { scripts } from './redis-scripts.ts';

export interface RedisPresenceOptions {
  /** `redis://[user:password@]host[:port][/database]`, `rediss:` with TLS. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** What keys begin with: its braces keep all of them in one slot of a cluster. */
  readonly prefix?: string;
  readonly nodeTtlMs?: number;
  readonly sessionTtlMs?: number;
}

/** The presence of many processes, on Redis or Valkey. Every call is one script; the keys are described in `redis-scripts.ts`. */
export class RedisPresence implements Presence {
  private readonly connection: RedisConnection;
  private readonly shared: readonly [prefix: string, ttlMs: string];
  private readonly sessionTtlMs: string;
  private readonly name = crypto.randomUUID();
  private hits = 0;

  constructor(options: RedisPresenceOptions) {
    const { prefix = '{parley}:', nodeTtlMs = presenceLimits.nodeTtlMs } = options;
    this.connection = new RedisConnection({ ...options, name: 'presence' });
    this.shared = [prefix, String(nodeTtlMs)];
    this.sessionTtlMs = String(options.sessionTtlMs ?? presenceLimits.sessionTtlMs);
  }

  async addRoute(route: Route): Promise<{ readonly isFirst: boolean }> {
    return { isFirst: (await this.run(scripts.addRoute, routeArgs(route))) === 1 };
  }

  async removeRoute(route: Route): Promise<{ readonly isLast: boolean }> {
    return { isLast: (await this.run(scripts.removeRoute, routeArgs(route))) === 1 };
  }

  async routesOf(userIds: readonly number[]): Promise<ReadonlyMap<number, readonly Route[]>> {
    const found = new Map<number, Route[]>(userIds.map((userId) => [userId, []]));
    if (userIds.length === 0) return found;
    const distinct = [...found.keys()];
    const nodes = (await this.run(scripts.routesOf, distinct.map(String))) as readonly NodeRoutes[];
    for (const [nodeId, bootId, lines] of nodes)
      for (const [index, userId] of distinct.entries())
        for (const line of linesOf(lines[index])) found.get(userId)?.push(routeOf(line, { nodeId, bootId, userId }));
    return found;
  }

  async routesAt(
    { nodeId, bootId }: NodeRef,
    from = scanStart,
  ): Promise<{ readonly routes: readonly Route[]; readonly next?: string | undefined }> {
    const [next, pairs] = (await this.run(scripts.routesAt, [nodeId, bootId, from])) as RoutesPage;
    const routes = pairs.flatMap((userId, index) =>
      index % 2 === 1
        ? []
        : linesOf(pairs[index + 1]).map((line) => routeOf(line, { nodeId, bootId, userId: Number(userId) })),
    );
    return next === scanStart ? { routes } : { routes, next };
  }

  async setInterest(
    { nodeId, bootId }: NodeRef,
    changes: readonly { readonly topic: Topic; readonly isListening: boolean }[],
  ): Promise<void> {
    const last = new Map(changes.map(({ topic, isListening }) => [topic, isListening]));
    const [added, removed] = [true, false].map((wanted) =>
      Array.from(last).flatMap(([topic, isListening]) => (isListening === wanted ? [topic] : [])),
    );
    const topics = [...(added ?? []), ...(removed ?? [])];
    await this.run(scripts.setInterest, [nodeId, bootId, String(added?.length ?? 0), ...topics]);
  }

  async nodesOf(
    topics: readonly Topic[],
    among: readonly string[] = [],
  ): Promise<ReadonlyMap<Topic, readonly string[]>> {
    const found = new Map<Topic, string[]>(topics.map((topic) => [topic, []]));
    if (topics.length === 0) return found;
    const distinct = [...found.keys()];
    const nodes = (await this.run(scripts.nodesOf, distinct)) as readonly NodeTopics[];
    const whole = new Set(nodes.flatMap(([nodeId, , beats]) => (beats > 1 ? [nodeId] : [])));
    const unknown = new Set(among.filter((nodeId) => !whole.has(nodeId)));
    for (const [nodeId, isIn] of nodes)
      for (const [index, topic] of distinct.entries())
        if (isIn[index] === 1 && !unknown.has(nodeId)) found.get(topic)?.push(nodeId);
    if (unknown.size > 0) for (const nodeIds of found.values()) nodeIds.push(...unknown);
    return found;
  }

  async beat({ nodeId, bootId }: NodeRef): Promise<{ readonly isKnown: boolean }> {
    return { isKnown: (await this.run(scripts.beat, [nodeId, bootId])) === 1 };
  }

  async findSession(tokenHash: string): Promise<Session | undefined> {
    const text = (await this.run(scripts.findSession, [tokenHash])) as string | null;
    return text === null ? undefined : (JSON.parse(text) as Session);
  }

  async keepSession(tokenHash: string, session: Session): Promise<void> {
    const args = [tokenHash, String(session.deviceId), JSON.stringify(session), this.sessionTtlMs];
    await this.run(scripts.keepSession, args);
  }

  async forgetSessions(deviceIds: readonly number[]): Promise<void> {
    await this.run(scripts.forgetSessions, deviceIds.map(String));
  }

  async hit(
    key: string,
    limit: number,
    windowMs: number,
  ): Promise<{ readonly retryAfterMs: number; readonly remaining: number }> {
    const args = [key, String(limit), String(windowMs), `${this.name} ${++this.hits}`];
    const [retryAfterMs = 0, remaining = 0] = (await this.run(scripts.hit, args)) as readonly number[];
    return { retryAfterMs, remaining };
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private run(script: Script, args: readonly string[]): Promise<unknown> {
    return this.connection.run(script, [...this.shared, ...args]);
  }
}

/** Of each user asked for the lines, or null. */
type NodeRoutes = readonly [nodeId: string, bootId: string, lines: readonly (string | null)[]];
/** A user and their lines, in turn. */
type RoutesPage = readonly [next: string, pairs: readonly string[]];
/** Of each topic asked for 1 or 0. */
type NodeTopics = readonly [nodeId: string, isIn: readonly number[], beats: number];

/** What Redis calls the beginning of a scan, and its end. */
const scanStart = '0';

function linesOf(lines: string | null | undefined): readonly string[] {
  return lines?.split('\n') ?? [];
}

function routeArgs({ nodeId, bootId, userId, deviceId, connectionId }: Route): readonly string[] {
  return [nodeId, bootId, String(userId), `${deviceId} ${connectionId}`];
}

function routeOf(line: string, rest: Pick<Route, 'nodeId' | 'bootId' | 'userId'>): Route {
  const space = line.indexOf(' ');
  return { ...rest, deviceId: Number(line.slice(0, space)), connectionId: line.slice(space + 1) };
}
