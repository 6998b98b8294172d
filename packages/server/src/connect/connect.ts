import { peerAddress, type ClientAddress } from '../client-address.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { NodeRef, Presence } from '../presence/presence.ts';
import type { Refusals } from '../refusals.ts';
import type { ConnectService, Rpc } from '../rpc/rpc.ts';
import { ClosedNotices } from './closed-notices.ts';
import { Commands } from './commands.ts';
import type { Connection, ConnectionPorts } from './connection.ts';
import { ConnectionIndex } from './connection-index.ts';
import { Connections } from './connections.ts';
import { Effects } from './effects.ts';
import { Farewell } from './farewell.ts';
import { Fence } from './fence.ts';
import { HeadCheck } from './head-check.ts';
import { Heartbeat } from './heartbeat.ts';
import { Hub } from './hub.ts';
import { Interest } from './interest.ts';
import type { ListenAddress } from './listen-address.ts';
import { ListenerCheck } from './listener-check.ts';
import { Mount, type SocketMount } from './mount.ts';
import { Outbox } from './outbox.ts';
import { createParleyProtocol } from './parley-protocol.ts';
import { Pauses } from './pauses.ts';
import type { Protocol, ProtocolFactory, ProtocolPorts } from './protocol.ts';
import { RollCall } from './roll-call.ts';
import { RoomHeads } from './room-heads.ts';
import { createService } from './service.ts';
import { findSlowReaders } from './slow-readers.ts';
import { StreamRelay } from './stream-relay.ts';
import { TcpSockets } from './tcp.ts';
import { Tick } from './tick.ts';
import { TimerWheel, wheelLimits } from './timer-wheel.ts';

export type { Format } from './format.ts';
export type { KeepAlive, Peer, Protocol, ProtocolFactory, ProtocolPorts, Submission } from './protocol.ts';
export type { SocketMount } from './mount.ts';
export { isAllowedOrigin } from './origins.ts';
export { parleyPath } from './parley-protocol.ts';

export interface ConnectOptions {
  readonly node: NodeRef;
  readonly rpc: Rpc;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly log: Log;
  /** Origins that may open sockets besides the same host and loopback. */
  readonly allowedOrigins?: readonly string[];
  /** Whose sockets are counted together; otherwise their peers’. TCP has only those. */
  readonly clientAddress?: ClientAddress;
  /** What is spoken besides our own protocol. */
  readonly protocols?: readonly ProtocolFactory[];
  readonly socketsPerUser?: number;
  readonly socketsPerAddress?: number;
  /** Sockets of this node. `overloaded` */
  readonly socketsMax?: number;
  /** The connect nodes there are, where this is not the only one. */
  readonly connectNodes?: () => Promise<readonly NodeRef[]>;
}

/** A connect node: holds sockets, knows who listens to what, and nothing about accounts or storage. */
export interface Connect extends AsyncDisposable {
  /** What `task` and `logic` ask of it; `start` serves it. */
  readonly service: ConnectService;
  /** For another of Bun's servers, such as the page's. */
  readonly mount: SocketMount;
  /** Event streams as well. @returns the port it listens on. @throws what Bun throws when the port is taken. */
  listenWebSocket(address: ListenAddress): number;
  /** @returns the port it listens on. @throws what Bun throws when the port is taken. */
  listenTcp(address: ListenAddress): number;
  /** Serves its calls and starts its clockwork. */
  start(): void;
  /** Does what is due by the clock. `start` has it called; tests call it after turning theirs. */
  advance(): void;
  /** Accepts nothing new, tells clients to go and closes them in waves. Resolves after about `totalMs`, when no socket is left. */
  drain(totalMs: number): Promise<void>;
  numbers(): ConnectNumbers;
  /** What this node refused by itself. */
  readonly refusals: Refusals;
  /** Drops every socket, tells `logic` of them, and stops. */
  close(): Promise<void>;
}

/** For the metrics. Counters count from the start. */
export interface ConnectNumbers {
  readonly connections: number;
  /** Those of them over HTTP. */
  readonly streams: number;
  /** Those that fell behind and get no ephemeral pushes. */
  readonly slowConnections: number;
  readonly topics: number;
  readonly commandsInFlight: number;
  readonly framesIn: number;
  readonly pushFramesOut: number;
  readonly pushBytesOut: number;
}

export function createConnect(options: ConnectOptions): Connect {
  return new ConnectNode(options);
}

/** What a node takes when nothing else is said. */
const defaults = { socketsPerUser: 50, socketsPerAddress: 20_000, socketsMax: 1_000_000 } as const;

const nobody = async (): Promise<readonly NodeRef[]> => [];

class ConnectNode implements Connect {
  readonly service: ConnectService;
  readonly mount: Mount;
  private readonly options: ConnectOptions;
  private readonly tick = new Tick();
  private readonly wheel: TimerWheel;
  private readonly interest: Interest;
  private readonly notices: ClosedNotices;
  private readonly hub: Hub;
  private readonly commands: Commands;
  private readonly connections: Connections;
  private readonly outbox: Outbox;
  private readonly tcp: TcpSockets;
  private readonly headCheck: HeadCheck;
  private readonly heartbeat: Heartbeat;
  private timer: ReturnType<typeof setInterval> | undefined;
  private stopServing: (() => void) | undefined;

  constructor(options: ConnectOptions) {
    const { clock } = options;
    const limits = { ...defaults, ...definedOf(options) };
    this.options = options;
    const wheel = (this.wheel = new TimerWheel(clock));
    const devices = new ConnectionIndex();
    const fence = new Fence(clock);
    const shared = { ...options, wheel, tick: this.tick, devices, fence };
    const interest = (this.interest = new Interest(shared));
    const notices = (this.notices = new ClosedNotices(shared));
    const roomHeads = new RoomHeads(wheel, () => hub);
    const hub: Hub = (this.hub = new Hub({
      interest,
      fence,
      onDoubt: (topic) => listenerCheck.add(topic),
      onPublished: (delivery) => roomHeads.note(delivery),
      onPressure: () => findSlowReaders(this.connections, hub),
    }));
    const listenerCheck = new ListenerCheck({ ...shared, hub });
    const effects = new Effects({ ...shared, ...limits, hub, interest, notices });
    const commands = (this.commands = new Commands({
      ...shared,
      effects,
      pauses: new Pauses(wheel),
      onLostSignIn: () => rollCall.doubt(),
    }));
    const connections = (this.connections = new Connections({ ...shared, ...limits, hub, commands, notices }));
    const rollCall = new RollCall({ ...shared, connections, notices });
    this.outbox = new Outbox(this.tick);
    const protocols = this.protocols();
    const transports = {
      node: options.node,
      relay: new StreamRelay({ ...options, nodes: options.connectNodes ?? nobody }),
      clock,
      log: options.log,
      wheel,
      connections,
      protocols,
      ports: this.connectionPorts(),
      allowedOrigins: options.allowedOrigins ?? [],
      clientAddress: options.clientAddress ?? peerAddress,
    };
    this.mount = new Mount(transports);
    this.tcp = new TcpSockets(transports);
    const headCheck = (this.headCheck = new HeadCheck({ ...shared, hub }));
    this.heartbeat = new Heartbeat({ ...shared, hub, connections, rollCall, headCheck });
    const { streams } = this.mount;
    this.service = createService({ hub, interest, fence, connections, devices, streams });
    for (const phase of [this.commands, this.notices, this.outbox]) this.tick.add(() => phase.flush());
  }

  listenWebSocket(address: ListenAddress): number {
    return this.mount.listen(address);
  }

  listenTcp(address: ListenAddress): number {
    return this.tcp.listen(address);
  }

  start(): void {
    this.stopServing = this.options.rpc.serve('connect', this.service);
    this.heartbeat.start();
    this.headCheck.start();
    this.timer = setInterval(() => this.advance(), wheelLimits.tickMs);
  }

  advance(): void {
    this.wheel.advance();
  }

  async drain(totalMs: number): Promise<void> {
    this.mount.stop();
    this.tcp.stop();
    await new Farewell(this.connections, this.wheel, totalMs).say();
    this.outbox.flush();
  }

  numbers(): ConnectNumbers {
    return {
      connections: this.connections.count,
      streams: this.mount.streams.count,
      slowConnections: this.hub.slowCount,
      topics: this.hub.topicCount,
      commandsInFlight: this.commands.inFlight,
      framesIn: this.connections.framesIn,
      pushFramesOut: this.hub.frames,
      pushBytesOut: this.hub.bytes,
    };
  }

  get refusals(): Refusals {
    return this.commands.refusals;
  }

  async close(): Promise<void> {
    this.mount.stop();
    this.tcp.stop();
    for (const connection of this.connections.all()) connection.terminate();
    this.tcp.close();
    await this.mount.close();
    this.notices.flush();
    await this.notices.settled();
    await this.interest.settled();
    await this.heartbeat.settled();
    clearInterval(this.timer);
    this.stopServing?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private protocols(): readonly Protocol[] {
    const ports: ProtocolPorts = {
      // Protocols get no other peers than our connections.
      submit: (peer, submission) => this.commands.submit(peer as Connection, submission),
      isOverloaded: () => this.commands.isOverloaded,
      refuses: (peer, command) => this.commands.refuses(peer as Connection, command),
      callerOf: (peer) => this.commands.callerOf(peer as Connection),
    };
    return [
      createParleyProtocol(ports, this.options.clock),
      ...(this.options.protocols ?? []).map((make) => make(ports)),
    ];
  }

  private connectionPorts(): ConnectionPorts {
    return {
      outbox: this.outbox,
      closing: (connection) => this.connections.closing(connection),
      expired: (connection, nowMs) => this.connections.expired(connection, nowMs),
      fellBehind: (connection) => this.hub.detach(connection),
      drained: (connection) => this.hub.attach(connection),
    };
  }
}

function definedOf(options: ConnectOptions): Partial<typeof defaults> {
  const { socketsPerUser, socketsPerAddress, socketsMax } = options;
  return Object.fromEntries(
    Object.entries({ socketsPerUser, socketsPerAddress, socketsMax }).filter(([, value]) => value !== undefined),
  );
}
