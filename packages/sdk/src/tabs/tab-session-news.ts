import type { SessionNews } from '../environment.ts';
import type { NeighbourChannel, Neighbours } from './neighbours.ts';

const channelName = 'parley:session';

/** Signing in or out in one tab reaches all of them. */
export class TabSessionNews implements SessionNews {
  readonly #neighbours: Neighbours;
  /** One for both: a channel does not hear itself. */
  #channel: NeighbourChannel | undefined;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  tell(): void {
    this.#channel?.post('changed');
  }

  listen(heard: () => void): () => void {
    const channel = this.#neighbours.channel(channelName, heard);
    this.#channel = channel;
    return () => {
      channel.close();
      if (this.#channel === channel) this.#channel = undefined;
    };
  }
}
