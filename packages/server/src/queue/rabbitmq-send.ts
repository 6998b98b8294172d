import type { ConfirmChannel } from 'amqplib';

interface Letter {
  readonly text: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Resolves when the engine has it on disk, of a quorum of nodes; rejects when it refuses it, or the channel ends. */
export function sendTo(channel: ConfirmChannel, queue: string, { text, headers = {} }: Letter): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { persistent: true, mandatory: true, headers };
    channel.sendToQueue(queue, Buffer.from(text), options, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
}
