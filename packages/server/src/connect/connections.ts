import { limits, type CloseReason, type ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import { Expiry } from '../expiry.ts';
import type { Log } from '../log.ts';
import type { ClosedNotices } from './closed-notices.ts';
import type { Commands } from './commands.ts';
import type { Connection } from './connection.ts';
import type { ConnectionIndex } from './connection-index.ts';
import type { Hub } from './hub.ts';
import { NetworkTally } from './network-tally.ts';
import type { TimerWheel } from './timer-wheel.ts';

export interface ConnectionsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly hub: Hub;
  readonly commands: Commands;
  readonly devices: ConnectionIndex;
  readonly notices: ClosedNotices;
  readonly socketsMax: number;
  readonly socketsPerAddress: number;
}

/** Every socket of this node from its opening to its end: how many there may be, how long they may be silent. */
export class Connections {
  private readonly options: ConnectionsOptions;
  private readonly byId = new Map<string, Connection>();
  private readonly expiry: Expiry;
  private readonly perNetwork = new NetworkTally();
  private opened = 0;
  /** Frames read since the start. */
  framesIn = 0;

  constructor(options: ConnectionsOptions) {
    this.options = options;
    this.expiry = new Expiry(options.clock);
  }

  get count(): number {
    return this.byId.size;
  }

  nextId(): string {
    return (++this.opened).toString(36);
  }

  find(connectionId: string): Connection | undefined {
    return this.byId.get(connectionId);
  }

  all(): IterableIterator<Connection> {
    return this.byId.values();
  }

  /** Takes a new socket in; one too many is closed with a code that says so. */
  open(connection: Connection): void {
    const fromHere = this.perNetwork.add(connection.address);
    this.byId.set(connection.id, connection);
    this.options.wheel.schedule(connection, limits.authDeadlineMs);
    if (this.byId.size > this.options.socketsMax) connection.close('overloaded');
    else if (fromHere > this.options.socketsPerAddress) connection.close('too-many-connections');
  }

  /** One text frame or packet came. */
  heard(connection: Connection, text: string): void {
    if (connection.isClosing) return;
    connection.heardAtMs = this.options.clock.monotonic();
    this.framesIn++;
    try {
      connection.protocol.onFrame(connection, text);
    } catch (error) {
      this.options.log.error({ error, protocol: connection.protocol.name }, 'A frame could not be handled');
      connection.close('bad-frames');
    }
  }

  /** A frame came that is no text. */
  unreadable(connection: Connection, error: ParleyError): void {
    if (connection.isClosing) return;
    this.framesIn++;
    connection.protocol.onUnreadable(connection, error);
  }

  /** It is alive. */
  touched(connection: Connection): void {
    connection.heardAtMs = this.options.clock.monotonic();
  }

  /** The socket is gone, whoever closed it. */
  closed(connection: Connection): void {
    if (connection.isClosed) return;
    connection.isClosed = true;
    connection.isClosing = true;
    const { address, session } = connection;
    this.options.wheel.cancel(connection);
    this.byId.delete(connection.id);
    this.perNetwork.remove(address);
    this.options.hub.remove(connection);
    this.options.commands.forget(connection);
    if (session !== undefined) {
      this.options.devices.remove(session.deviceId, connection);
      this.options.notices.add(connection.id, session);
    }
    connection.protocol.onClose?.(connection);
  }

  /** The one timer of a connection: until it is signed in, its deadline; then its heartbeat; at the end its patience. */
  expired(connection: Connection, nowMs: number): void {
    if (connection.isClosing) connection.terminate();
    else if (connection.session === undefined && connection.inFlight > 0) {
      // It waits for us.
      this.options.wheel.schedule(connection, signInCheckMs);
    } else {
      const reason = this.overdue(connection, nowMs);
      if (reason === undefined) this.keepAlive(connection, nowMs);
      else {
        connection.close(reason);
        connection.flush();
      }
    }
  }

  private overdue({ session, protocol, heardAtMs }: Connection, nowMs: number): CloseReason | undefined {
    if (session === undefined) return 'auth-timeout';
    if (this.expiry.isOver(session.expiresAt)) return 'unauthenticated';
    return nowMs - heardAtMs >= protocol.silenceMs ? 'heartbeat-timeout' : undefined;
  }

  /** It may take a moment to read the rest. */
  closing(connection: Connection): void {
    if (!connection.isClosed) this.options.wheel.schedule(connection, lingerMs);
  }

  private keepAlive(connection: Connection, nowMs: number): void {
    const { keepAlive, silenceMs } = connection.protocol;
    const leftMs = silenceMs - (nowMs - connection.heardAtMs);
    keepAlive?.say(connection);
    this.options.wheel.schedule(connection, keepAlive?.intervalMs ?? Math.min(leftMs, expiryCheckMs));
  }
}

/** How long a closing socket may take to read the rest. */
const lingerMs = 5_000;
/** How often who signs in at its deadline is looked at again. */
const signInCheckMs = 1_000;
/** How often at least the end of a session is looked for. */
const expiryCheckMs = 60_000;
