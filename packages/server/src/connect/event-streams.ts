import { limits, ParleyError, streamHeaders } from '@parley/protocol';
import type { Server } from 'bun';
import type { ClientAddress } from '../client-address.ts';
import type { Clock } from '../clock.ts';
import { pathOf } from '../http-serving.ts';
import type { Log } from '../log.ts';
import type { NodeRef } from '../presence/presence.ts';
import type { PostedFrames } from '../rpc/rpc.ts';
import type { ConnectionPorts } from './connection.ts';
import type { Connections } from './connections.ts';
import { isAllowedOrigin } from './origins.ts';
import { framesOf, numberOf } from './posted-frames.ts';
import type { Protocol } from './protocol.ts';
import { preflightAnswer, problemAnswer, streamAnswer, takenAnswer } from './stream-answer.ts';
import { StreamBeat } from './stream-beat.ts';
import { StreamConnection, type StreamPorts } from './stream-connection.ts';
import { newStreamId } from './stream-id.ts';
import { StreamLane } from './stream-lane.ts';
import type { StreamRelay } from './stream-relay.ts';
import type { TimerWheel } from './timer-wheel.ts';

export interface EventStreamOptions {
  readonly node: NodeRef;
  readonly relay: StreamRelay;
  readonly clock: Clock;
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly ports: ConnectionPorts;
  readonly connections: Connections;
  readonly protocols: readonly Protocol[];
  readonly allowedOrigins: readonly string[];
  readonly clientAddress: ClientAddress;
}

/** What streams need of the server that took their request. */
export type StreamServer = Pick<Server<never>, 'timeout' | 'requestIP'>;

/** Where the frames of a stream are posted, below the path it was opened at. */
const framesPath = '/frames';
/** How long the runtime lets a client take the rest of a stream that has ended. */
const endedIdleSeconds = 5;
const drainRetryMs = 1_000;

/** A stream of a protocol and what goes with its time. */
interface OpenStream {
  readonly connection: StreamConnection;
  readonly beat: StreamBeat;
  /** Lets the runtime's deadlines count again. */
  release(): void;
}

/** Sockets over HTTP, for those whom no WebSocket reaches: a POST whose answer does not end, and POSTs of frames. */
export class EventStreams {
  /** Refuses every new stream; frames for open ones are taken. */
  isDraining = false;
  private readonly options: EventStreamOptions;
  private readonly origins: ReadonlySet<string>;
  private readonly ports: StreamPorts;
  private readonly lanes = new Map<Protocol, StreamLane>();
  private readonly byId = new Map<string, OpenStream>();

  constructor(options: EventStreamOptions) {
    this.options = options;
    this.origins = new Set(options.allowedOrigins);
    this.ports = { ...options.ports, ended: (connection) => this.ended(connection) };
  }

  get count(): number {
    return this.byId.size;
  }

  /** @returns undefined when it is not a path of ours. */
  tryAnswer(request: Request, server: StreamServer): Response | Promise<Response> | undefined {
    const path = pathOf(request);
    const protocol = this.options.protocols.find(
      ({ streamPath }) => streamPath !== undefined && (path === streamPath || path === streamPath + framesPath),
    );
    if (protocol === undefined) return undefined;
    const origin = request.headers.get('origin');
    if (!isAllowedOrigin(origin, request.headers.get('host'), this.origins))
      return problemAnswer(new ParleyError('forbidden', 'This origin may not open streams here.'), null);
    if (request.method === 'OPTIONS') return preflightAnswer(origin);
    if (request.method !== 'POST')
      return problemAnswer(new ParleyError('method-not-allowed'), origin, { allow: 'POST' });
    return path === protocol.streamPath ? this.open(request, server, protocol) : this.post(request, origin);
  }

  private open(request: Request, server: StreamServer, protocol: Protocol): Response {
    const origin = request.headers.get('origin');
    if (this.isDraining)
      return problemAnswer(
        new ParleyError('unavailable', 'This node is shutting down.', { retryAfterMs: drainRetryMs }),
        origin,
      );
    const { connections, clock, wheel, clientAddress } = this.options;
    const connection = new StreamConnection(this.ports, {
      id: connections.nextId(),
      streamId: newStreamId(this.options.node),
      address: clientAddress(request, server),
      protocol,
      lane: this.laneOf(protocol),
      nowMs: clock.monotonic(),
    });
    // The timer wheel sees to silence, for all connections at once.
    server.timeout(request, 0);
    const release = (): void => server.timeout(request, endedIdleSeconds);
    this.byId.set(connection.streamId, { connection, beat: new StreamBeat(wheel, connection), release });
    connections.open(connection);
    return streamAnswer(connection.body(), origin);
  }

  /** Takes each POST once and in order; one that is repeated was taken already, one too far says that another is missing. @throws ParleyError */
  take({ streamId, number, frames, unreadable }: PostedFrames): void {
    const connection = this.byId.get(streamId)?.connection;
    if (connection === undefined || connection.isClosing) throw new ParleyError('unknown-stream');
    if (unreadable !== undefined) this.refuse(connection, new ParleyError(unreadable.code, unreadable.message));
    if (number <= connection.postsTaken) return;
    if (number > connection.postsTaken + 1) {
      connection.close('frames-missing');
      throw new ParleyError('frames-missing');
    }
    connection.postsTaken = number;
    for (const frame of frames) this.heard(connection, frame);
  }

  private async post(request: Request, origin: string | null): Promise<Response> {
    try {
      await this.takeOrPass(request);
      return takenAnswer(origin);
    } catch (error) {
      if (error instanceof ParleyError) return problemAnswer(error, origin);
      this.options.log.error({ error }, 'Posted frames could not be taken');
      return problemAnswer(new ParleyError('internal'), origin);
    }
  }

  private async takeOrPass(request: Request): Promise<void> {
    const { relay } = this.options;
    const streamId = request.headers.get(streamHeaders.id) ?? '';
    const away = this.byId.has(streamId) ? undefined : await relay.nodeFor(streamId);
    if (away === undefined && !this.byId.has(streamId)) throw new ParleyError('unknown-stream');
    const posted = await readPost(request, streamId);
    return away === undefined ? this.take(posted) : relay.pass(posted, away);
  }

  /** A body that is no frames counts as a frame that cannot be read. */
  private refuse(connection: StreamConnection, error: ParleyError): never {
    this.options.connections.unreadable(connection, error);
    throw error;
  }

  private heard(connection: StreamConnection, frame: string): void {
    const { connections } = this.options;
    if (Buffer.byteLength(frame) > limits.frameBytesMax)
      connections.unreadable(connection, new ParleyError('frame-too-large'));
    else connections.heard(connection, frame);
  }

  private ended(connection: StreamConnection): void {
    const stream = this.byId.get(connection.streamId);
    if (stream === undefined) return;
    this.byId.delete(connection.streamId);
    stream.beat.stop();
    stream.release();
    this.options.connections.closed(connection);
  }

  private laneOf(protocol: Protocol): StreamLane {
    let lane = this.lanes.get(protocol);
    if (lane === undefined) this.lanes.set(protocol, (lane = new StreamLane(protocol.format)));
    return lane;
  }
}

/** @throws ParleyError `invalid-params` */
async function readPost(request: Request, streamId: string): Promise<PostedFrames> {
  const number = numberOf(request);
  try {
    return { streamId, number, frames: await framesOf(request) };
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    const { code, message } = error;
    return { streamId, number, frames: [], unreadable: { code, message } };
  }
}
