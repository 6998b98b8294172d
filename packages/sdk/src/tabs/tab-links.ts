import type { Environment, Link, LinkEvents } from '../environment.ts';
import type { Neighbours } from './neighbours.ts';
import { TabGroup } from './tab-group.ts';
import { TabLink } from './tab-link.ts';
import { tabMessagesVersion } from './tab-messages.ts';

/** Opens links that share one way to the server with the other tabs of the same session. */
export class TabLinks {
  readonly #environment: Environment;
  readonly #neighbours: Neighbours;
  readonly #groups = new Map<string, TabGroup>();

  constructor(environment: Environment, neighbours: Neighbours) {
    this.#environment = environment;
    this.#neighbours = neighbours;
    neighbours.onHide(() => {
      for (const group of this.#groups.values()) group.hide();
    });
  }

  readonly open = (url: string, events: LinkEvents): Link =>
    new TabLink(events, { carry: (token, link) => void this.#carry(url, token, link) });

  async #carry(url: string, token: string, link: TabLink): Promise<void> {
    const name = `parley:link:${tabMessagesVersion}:${await this.#neighbours.digest(`${url} ${token}`)}`;
    if (link.isOver) return;
    const group = this.#groups.get(name) ?? this.#gather(url, name);
    group.add(link);
  }

  #gather(url: string, name: string): TabGroup {
    const [environment, neighbours] = [this.#environment, this.#neighbours];
    const group = new TabGroup({ environment, neighbours, url, name, emptied: () => this.#groups.delete(name) });
    this.#groups.set(name, group);
    return group;
  }
}
