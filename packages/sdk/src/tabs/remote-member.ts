import type { NeighbourChannel, Neighbours } from './neighbours.ts';
import type { Share } from './share.ts';
import type { Member } from './shared-link.ts';
import type { LinkMessage } from './tab-messages.ts';

export interface RemoteMemberOptions {
  readonly neighbours: Neighbours;
  readonly channelName: string;
  readonly share: Share;
  readonly leader: string;
  ended(): void;
}

/** A link of another tab, as its leader has it. */
export class RemoteMember {
  readonly #channel: NeighbourChannel;
  readonly #member: Member;
  readonly #ended: () => void;

  constructor({ neighbours, channelName, share, leader, ended }: RemoteMemberOptions) {
    this.#ended = ended;
    this.#channel = neighbours.channel(channelName, (message) => this.#heard(message as LinkMessage));
    this.#member = share.join({
      received: (text) => this.#post({ type: 'frame', text }),
      over: (transport) => this.#post({ type: 'over', transport }),
      outdated: () => this.#post({ type: 'outdated' }),
      closed: (code, reason) => {
        this.#post({ type: 'closed', code, reason });
        this.#end();
      },
    });
    this.#post({ type: 'carried', leader });
  }

  #heard(message: LinkMessage): void {
    if (message.type === 'frame') this.#member.send(message.text);
    if (message.type !== 'left') return;
    this.#member.leave();
    this.#end();
  }

  #post(message: LinkMessage): void {
    this.#channel.post(message);
  }

  #end(): void {
    this.#channel.close();
    this.#ended();
  }
}
