import { closeCodes } from '@parley/protocol';
import type { Environment, LinkEvents } from '../environment.ts';
import type { Lock, NeighbourChannel, Neighbours } from './neighbours.ts';
import { RemoteCarrier } from './remote-carrier.ts';
import { RemoteMember } from './remote-member.ts';
import { Share } from './share.ts';
import type { TabLink } from './tab-link.ts';
import type { GroupMessage } from './tab-messages.ts';

/** A leader that does not answer for this long is crashed in a way the browser does not know, or frozen: it is passed over. */
export const leaderAnswerMs = 3_000;
/** Whoever is told looks for the next leader at once. */
const tellLeaving = (told: Pick<LinkEvents, 'closed'>): void =>
  told.closed(closeCodes.drain.code, '{"retryAfterMs":0}');

export interface TabGroupOptions {
  readonly environment: Environment;
  readonly neighbours: Neighbours;
  readonly url: string;
  /** Of the session; tabs of another one never meet. */
  readonly name: string;
  /** No link is left. */
  emptied(): void;
}

/**
 * This tab among those of its session: one of them, the one that has the lock, leads and has the link to the server, the others’
 * links go over it. Whoever leads goes on until it has no link of its own.
 */
export class TabGroup {
  readonly #options: TabGroupOptions;
  readonly #id: string;
  readonly #channel: NeighbourChannel;
  /** Of this tab; each with how it is carried by another one, or will be. */
  readonly #links = new Map<TabLink, RemoteCarrier | undefined>();
  /** Of other tabs, while this one leads. */
  readonly #knocked = new Set<string>();
  #lock: Lock | undefined;
  #share: Share | undefined;
  #candidacy = new AbortController();

  constructor(options: TabGroupOptions) {
    this.#options = options;
    this.#id = options.environment.newId();
    this.#channel = options.neighbours.channel(options.name, (message) => this.#heard(message as GroupMessage));
    this.#stand();
  }

  add(link: TabLink): void {
    link.ended = () => this.#remove(link);
    if (this.#share === undefined) this.#knock(link);
    else this.#carry(link, this.#share);
  }

  /** This page ends or is put aside: nobody may depend on it. */
  hide(): void {
    for (const link of this.#links.keys()) tellLeaving(link);
  }

  #carry(link: TabLink, share: Share): void {
    this.#links.get(link)?.leave();
    this.#links.set(link, undefined);
    link.carriedBy(share.join(link));
  }

  #knock(link: TabLink): void {
    const { environment, neighbours, name } = this.#options;
    const id = environment.newId();
    this.#links.get(link)?.leave();
    this.#links.set(link, new RemoteCarrier(neighbours, channelOf(name, id), link));
    this.#post({ type: 'knock', link: id });
    environment.after(leaderAnswerMs, () => {
      if (!link.isCarried && !link.isOver) void this.#lead('take-away');
    });
  }

  #remove(link: TabLink): void {
    this.#links.get(link)?.leave();
    this.#links.delete(link);
    if (this.#links.size > 0) return;
    this.#candidacy.abort();
    this.#resign();
    this.#channel.close();
    this.#options.emptied();
  }

  /** Leads as soon as nobody else does. */
  #stand(): void {
    this.#candidacy = new AbortController();
    void this.#lead('wait');
  }

  async #lead(mode: 'wait' | 'take-away'): Promise<void> {
    const { neighbours, name } = this.#options;
    if (mode === 'take-away') this.#candidacy.abort();
    const { signal } = this.#candidacy;
    const lock = await neighbours
      .lock(name, mode === 'wait' ? { mode, signal } : { mode })
      .catch((): undefined => undefined);
    if (lock === undefined) return;
    if (this.#links.size === 0 || this.#share !== undefined) return lock.release();
    void lock.lost.then(() => this.#deposed(lock));
    this.#begin(lock);
  }

  #begin(lock: Lock): void {
    const { environment, url } = this.#options;
    const share = new Share({ environment, url });
    this.#lock = lock;
    this.#share = share;
    this.#post({ type: 'leads', leader: this.#id });
    for (const link of this.#links.keys())
      if (link.isCarried) tellLeaving(link);
      else this.#carry(link, share);
  }

  /** Another tab thought that this one was gone. */
  #deposed(lock: Lock): void {
    if (this.#lock !== lock) return;
    this.#resign();
    if (this.#links.size > 0) this.#stand();
  }

  #resign(): void {
    const [lock, share] = [this.#lock, this.#share];
    this.#lock = this.#share = undefined;
    lock?.release();
    if (share !== undefined) tellLeaving(share);
    this.#knocked.clear();
  }

  #heard(message: GroupMessage): void {
    if (message.type === 'knock') this.#answer(message.link);
    else for (const [link, carrier] of this.#links) this.#follow(link, carrier, message.leader);
  }

  #answer(id: string): void {
    const share = this.#share;
    if (share === undefined || this.#knocked.has(id)) return;
    const { neighbours, name } = this.#options;
    this.#knocked.add(id);
    const member = { neighbours, channelName: channelOf(name, id), share, leader: this.#id };
    void new RemoteMember({ ...member, ended: () => this.#knocked.delete(id) });
  }

  /** What another leader carried is lost; what waits for one asks again. */
  #follow(link: TabLink, carrier: RemoteCarrier | undefined, leader: string): void {
    if (carrier === undefined || carrier.leader === leader) return;
    if (link.isCarried) tellLeaving(link);
    else this.#knock(link);
  }

  #post(message: GroupMessage): void {
    this.#channel.post(message);
  }
}

function channelOf(group: string, link: string): string {
  return `${group}:${link}`;
}
