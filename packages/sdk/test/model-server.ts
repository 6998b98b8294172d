import type { Push } from '@parley/protocol';
import { ModelPlace } from './model-place.ts';
import { ok, refused, ScriptedServer, welcome, type ScriptedLink, type SentFrame } from './scripted-server.ts';
import { ownId } from './sync-world.ts';

/** Something on its way to a client, until it is let through. */
interface Mail {
  readonly link: ScriptedLink;
  /**
   * Replies and changes overtake each other, changes are also lost and doubled. What only the user’s own topic tells is neither
   * a change nor asked for again, and the queue keeps it in order.
   */
  readonly lane: 'reply' | 'change' | 'own';
  readonly arrive: () => void;
  /** Of a push. */
  readonly placeId?: number | undefined;
}

const pageSize = 4;
/** Changes this much older than `since` are told again. */
const overlapMs = 1_000;

type Params = Readonly<Record<string, unknown>>;

/** A server that keeps its promises behind a way that keeps none: what a client of it shows at last can be told in advance. */
export class ModelServer extends ScriptedServer {
  readonly places: readonly ModelPlace[];
  readonly mail: Mail[] = [];
  /** The next hello says that nothing held is worth keeping. */
  isForgetful = false;
  wasForgetful = false;
  #isCalm = false;
  readonly #lost = new Set<number>();
  readonly #rooms = new Map<ScriptedLink, Set<number>>();

  constructor() {
    super();
    const now = (): number => this.environment.now();
    this.places = [new ModelPlace(1, 'group', now), new ModelPlace(2, 'group', now), new ModelPlace(3, 'room', now)];
  }

  override answer(frame: SentFrame, link: ScriptedLink): undefined {
    const answer = this.#handle(frame, link);
    this.mail.push({ link, lane: 'reply', arrive: () => link.reply(frame, answer) });
  }

  /** Tells a change to whoever listens. */
  change(place: ModelPlace, push: Push | undefined): void {
    if (push === undefined) return;
    const { id: conversationId } = place;
    const { version, last: seq } = place.log;
    for (const [link, rooms] of this.#rooms) {
      const isHeard = place.kind === 'group' ? place.isMember : rooms.has(conversationId);
      const head: Push = { push: 'conversation.head', conversationId, version, seq };
      if (isHeard) this.#push(link, 'change', push);
      else if (place.kind === 'room' && place.isMember) this.#push(link, 'change', head);
    }
  }

  /** Tells all devices of the user. */
  own(push: Push): void {
    for (const link of this.#rooms.keys()) this.#push(link, 'own', push);
  }

  part(place: ModelPlace): void {
    const { isMember } = place;
    if (!isMember) return;
    const told = place.part();
    if (told !== undefined) for (const link of this.#rooms.keys()) this.#push(link, 'change', told);
    for (const rooms of this.#rooms.values()) rooms.delete(place.id);
    this.own({ push: 'conversation.removed', conversationId: place.id, reason: 'removed' });
  }

  join(place: ModelPlace): void {
    if (place.isMember) return;
    this.change(place, place.join());
    this.own({ push: 'conversation.added', conversation: place.view() });
  }

  /** The link goes, with everything on it. */
  cut(): void {
    const { link } = this;
    this.#rooms.delete(link);
    this.mail.splice(0, this.mail.length, ...this.mail.filter((mail) => mail.link !== link));
    if (!link.isClosed) link.lose();
  }

  /** Lets one thing through. */
  deliver(n: number): void {
    const firstOwn = this.mail.find((mail) => mail.lane === 'own');
    const ready = this.mail.filter((mail) => mail.lane !== 'own' || mail === firstOwn);
    const mail = ready[n % Math.max(1, ready.length)];
    if (mail === undefined) return;
    this.mail.splice(this.mail.indexOf(mail), 1);
    mail.arrive();
  }

  lose(n: number): void {
    const mail = this.#changes(n);
    if (mail === undefined) return;
    this.mail.splice(this.mail.indexOf(mail), 1);
    this.#lost.add(mail.placeId ?? 0);
  }

  double(n: number): void {
    this.#changes(n)?.arrive();
  }

  /** From now on everything arrives, one after the other, in its order. */
  calm(): void {
    this.#isCalm = true;
  }

  /** Where something was lost, every listener is told within a heartbeat, and only there. [D7] */
  heads(): void {
    for (const { id: conversationId, isMember, log } of this.places.filter(({ id }) => this.#lost.has(id)))
      for (const [link, rooms] of this.#rooms)
        if (isMember || rooms.has(conversationId))
          this.#push(link, 'own', { push: 'conversation.head', conversationId, version: log.version, seq: log.last });
  }

  protected override async settle(): Promise<void> {
    await super.settle();
    while (this.#isCalm && this.mail.length > 0) {
      this.mail.shift()?.arrive();
      await super.settle();
    }
  }

  #changes(n: number): Mail | undefined {
    const changes = this.mail.filter((mail) => mail.lane === 'change');
    return changes[n % Math.max(1, changes.length)];
  }

  #push(link: ScriptedLink, lane: Mail['lane'], push: Push): void {
    const text = structuredClone(push);
    const placeId =
      push.push === 'message.changed'
        ? push.message.conversationId
        : 'conversationId' in push
          ? push.conversationId
          : undefined;
    this.mail.push({ link, lane, arrive: () => link.push(text), placeId });
  }

  #handle({ command, params }: SentFrame, link: ScriptedLink): object {
    if (command === 'session.hello') return this.#hello(params, link);
    if (command === 'conversation.list') return this.#list(params);
    if (command === 'session.ping' || command === 'conversation.unwatch') return ok({});
    if (command === 'user.lookup') return ok({ items: [] });
    const place = this.places.find(({ id }) => id === params['conversationId']);
    if (place === undefined) return refused('not-found');
    return this.#inPlace(place, { command, params, link });
  }

  #inPlace(
    place: ModelPlace,
    { command, params, link }: { command: string; params: Params; link: ScriptedLink },
  ): object {
    if (!place.isMember && place.kind === 'group') return refused('not-member');
    switch (command) {
      case 'conversation.watch':
        this.#rooms.get(link)?.add(place.id);
        return ok({ conversation: place.view() });
      case 'conversation.get':
        return ok({ conversation: place.view() });
      case 'message.history':
        return ok({ ...history(place, params), users: [] });
      case 'message.sync':
        return ok({ ...place.log.sync(Number(params['after']), pageSize), users: [], seq: place.log.last });
      default:
        return place.isMember ? this.#asMember(place, command, params) : refused('not-member');
    }
  }

  #asMember(place: ModelPlace, command: string, params: Params): object {
    if (command === 'message.send') return this.#send(place, String(params['clientMsgId']), params['content'] as never);
    if (command === 'cursor.advance') {
      const move = place.moveOwn(params);
      this.own(move);
      return ok({ deliveredSeq: move.deliveredSeq, readSeq: move.readSeq });
    }
    this.hide(place, Number(params['seq']));
    return ok({});
  }

  hide(place: ModelPlace, seq: number): void {
    if (place.log.hidden.has(seq)) return;
    place.log.hidden.add(seq);
    place.touch();
    this.own({ push: 'message.hidden', conversationId: place.id, seq });
  }

  /** [D2] */
  #send(place: ModelPlace, clientMsgId: string, content: never): object {
    const known = place.log.acks.get(clientMsgId);
    if (known !== undefined) return ok(known);
    if (place.isMuted) return refused('muted');
    const push = place.log.append(ownId, clientMsgId, content);
    place.touch();
    this.change(place, push);
    return ok(place.log.acks.get(clientMsgId) ?? {});
  }

  /** Subscribes first, then answers. [D6] */
  #hello({ since }: Params, link: ScriptedLink): object {
    this.#rooms.set(link, new Set());
    const isReset = this.isForgetful && since !== undefined;
    this.wasForgetful ||= isReset;
    this.isForgetful = false;
    const after = typeof since === 'number' && !isReset ? since - overlapMs : -1;
    const changed = this.places.filter((place) => place.changedAt > after);
    const conversations = changed.filter((place) => place.isMember).map((place) => place.view());
    const removedIds = after < 0 ? [] : changed.filter((place) => !place.isMember).map(({ id }) => id);
    const { result } = welcome(conversations.slice(0, isReset ? 1 : undefined)) as { result: object };
    return ok({ ...result, isReset, removedIds, asOf: this.environment.now() });
  }

  #list({ cursor }: Params): object {
    const [place, next] = this.places.filter(({ id, isMember }) => isMember && id > Number(cursor ?? 0));
    const more = place === undefined || next === undefined ? {} : { nextCursor: String(place.id) };
    return ok({ items: place === undefined ? [] : [place.view()], ...more });
  }
}

function history({ log }: ModelPlace, { before, after, around, limit }: Params): object {
  const [oldest, size] = [log.minSeq, Number(limit ?? pageSize)];
  const newestStart = Math.max(oldest, log.last - size + 1);
  if (typeof before === 'number') return log.page(Math.min(before, log.last + 1) - size, before - 1);
  if (typeof after === 'number') return log.page(after + 1, after + size);
  const from = typeof around === 'number' ? Math.max(oldest, Math.min(around - 2, newestStart)) : newestStart;
  return log.page(from, from + size - 1);
}
