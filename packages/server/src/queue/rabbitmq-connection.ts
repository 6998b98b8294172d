import type { Duplex } from 'node:stream';
import { connect, type ChannelModel } from 'amqplib';
import { reconnectingLimits } from './reconnecting.ts';

export interface RabbitConnectionOptions {
  readonly url: string;
  /** Both sides take the other for gone after two of them in silence. */
  readonly heartbeatS: number;
}

/**
 * What `make` makes of a new connection.
 *
 * @param name what the engine shows of it
 * @param lost called when it ends, whatever ends it
 */
export async function connectRabbit<Made>(
  { url, heartbeatS }: RabbitConnectionOptions,
  name: string,
  { lost, make }: { lost(error: unknown): void; make(model: ChannelModel): Promise<Made> },
): Promise<Made> {
  const model = await connect(withHeartbeat(url, heartbeatS), {
    noDelay: true,
    timeout: reconnectingLimits.openMs,
    clientProperties: { connection_name: `parley ${name}` },
  });
  let error: unknown;
  model.on('error', (cause) => (error = cause));
  model.on('close', () => lost(error ?? new Error('The connection was closed.')));
  try {
    return await make(model);
  } catch (cause) {
    cutRabbit(model);
    throw cause;
  }
}

/** Without a word to the other side: a close of the protocol waits for its answer. */
export function cutRabbit(model: ChannelModel): void {
  const { stream } = model.connection as unknown as { readonly stream: Duplex };
  stream.destroy(new Error('The connection was given up.'));
}

function withHeartbeat(url: string, seconds: number): string {
  const parts = new URL(url);
  parts.searchParams.set('heartbeat', String(seconds));
  return parts.href;
}
