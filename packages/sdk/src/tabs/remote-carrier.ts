import type { NeighbourChannel, Neighbours } from './neighbours.ts';
import type { Member } from './shared-link.ts';
import type { LinkMessage } from './tab-messages.ts';
import type { TabLink } from './tab-link.ts';

/** Carries a link of this tab over the tab that leads. */
export class RemoteCarrier implements Member {
  readonly #channel: NeighbourChannel;
  readonly #link: TabLink;
  #leader: string | undefined;
  #isOver = false;

  constructor(neighbours: Neighbours, channelName: string, link: TabLink) {
    this.#link = link;
    this.#channel = neighbours.channel(channelName, (message) => this.#heard(message as LinkMessage));
  }

  /** Undefined until one has answered. */
  get leader(): string | undefined {
    return this.#leader;
  }

  send(text: string): void {
    if (!this.#isOver) this.#post({ type: 'frame', text });
  }

  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#post({ type: 'left' });
    this.#channel.close();
  }

  #heard(message: LinkMessage): void {
    if (message.type === 'frame') this.#link.received(message.text);
    else if (message.type === 'over') this.#link.over(message.transport);
    else if (message.type === 'outdated') this.#link.outdated();
    else if (message.type === 'closed') this.#link.closed(message.code, message.reason);
    else if (message.type === 'carried' && this.#leader === undefined) {
      this.#leader = message.leader;
      this.#link.carriedBy(this);
    }
  }

  #post(message: LinkMessage): void {
    this.#channel.post(message);
  }
}
