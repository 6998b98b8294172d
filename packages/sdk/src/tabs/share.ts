import { SharedLink, type Member, type MemberEvents, type SharedLinkOptions } from './shared-link.ts';

/** What the leading tab shares: the link there is, and while that one drains the next one beside it. */
export class Share {
  readonly #options: Omit<SharedLinkOptions, 'ended'>;
  readonly #links = new Set<SharedLink>();

  constructor(options: Omit<SharedLinkOptions, 'ended'>) {
    this.#options = options;
  }

  join(events: MemberEvents): Member {
    const link = [...this.#links].find(({ isJoinable }) => isJoinable) ?? this.#open();
    return link.join(events);
  }

  /** It is shared no more; every member is told why. */
  closed(code: number, reason: string): void {
    for (const link of this.#links) link.close(code, reason);
  }

  #open(): SharedLink {
    const link: SharedLink = new SharedLink({ ...this.#options, ended: () => this.#links.delete(link) });
    this.#links.add(link);
    return link;
  }
}
