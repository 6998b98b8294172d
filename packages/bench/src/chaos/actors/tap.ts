import {
  decodeServerFrame,
  type CommandName,
  type Conversation,
  type Message,
  type Params,
  type Push,
  type Result,
  type WireError,
} from '@parley/protocol';
import type { Happening } from '../../checker/history-event.ts';
import type { HistoryRecorder } from '../../checker/history.ts';

/** An answer that comes to one command, and what is taken down of it. */
interface Outstanding {
  /** Of sends, changes and memberships. */
  readonly attempt?: number;
  answered(result: unknown): void;
}

const changeKinds = {
  'message.edit': 'edit',
  'message.recall': 'recall',
  'reaction.add': 'react',
  'reaction.remove': 'unreact',
} as const;

const directions = {
  'member.add': 'in',
  'conversation.join': 'in',
  'member.remove': 'out',
  'conversation.leave': 'out',
} as const;

type AnyChange = Params<'message.edit'> & Params<'reaction.add'>;
type AnyMove = Params<'member.add'> & Params<'member.remove'>;

/** Up to where the server says that the device's user has read. */
export interface OwnCursor {
  readonly conversationId: number;
  readonly readSeq: number;
}

export interface TapOptions {
  readonly device: string;
  readonly userId: number;
  heardCursor?(cursor: OwnCursor): void;
}

/** Takes down what goes over one connection of a device, as the device itself sees it: its commands, the answers and the pushes. */
export class Tap {
  readonly #history: HistoryRecorder;
  readonly #device: string;
  readonly #userId: number;
  readonly #heardCursor: (cursor: OwnCursor) => void;
  readonly #outstanding = new Map<number, Outstanding>();
  #isOver = false;

  constructor(history: HistoryRecorder, { device, userId, heardCursor = () => undefined }: TapOptions) {
    this.#history = history;
    this.#device = device;
    this.#userId = userId;
    this.#heardCursor = heardCursor;
  }

  sent(text: string): void {
    const { id, command, params } = JSON.parse(text) as { id: number; command: CommandName; params: unknown };
    const outstanding = this.#began(command, params);
    if (outstanding !== undefined) this.#outstanding.set(id, outstanding);
  }

  received(text: string): void {
    const frame = decodeServerFrame(text);
    if ('push' in frame) return this.#pushed(frame);
    const outstanding = this.#outstanding.get(frame.id);
    this.#outstanding.delete(frame.id);
    if (outstanding === undefined) return;
    if ('result' in frame) outstanding.answered(frame.result);
    else this.#refused(outstanding, frame.error);
  }

  /** No answer will come any more to what has none. */
  unanswered(): void {
    for (const { attempt } of this.#outstanding.values())
      if (attempt !== undefined) this.#record({ event: 'unknown', attempt });
    this.#outstanding.clear();
  }

  /** The connection is over. */
  closed(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.unanswered();
    this.#record({ event: 'lost', device: this.#device, reason });
  }

  #began(command: CommandName, params: unknown): Outstanding | undefined {
    switch (command) {
      case 'message.send':
        return this.#send(params as Params<'message.send'>);
      case 'message.edit':
      case 'message.recall':
      case 'reaction.add':
      case 'reaction.remove':
        return this.#change(command, params as AnyChange);
      case 'member.add':
      case 'member.remove':
      case 'conversation.join':
      case 'conversation.leave':
        return this.#moved(command, params as AnyMove);
      case 'session.hello':
      case 'session.changes':
        return this.#resume(command, params as Params<'session.changes'>);
      case 'message.history':
      case 'message.sync':
      case 'message.get':
        return this.#read(command, params as Params<'message.history'>);
      case 'message.search':
        return this.#search();
      case 'conversation.watch':
      case 'conversation.get':
        return { answered: (result) => this.#heardOf((result as Result<'conversation.get'>).conversation) };
      case 'cursor.advance':
        return this.#cursor(params as Params<'cursor.advance'>);
      default:
        return undefined;
    }
  }

  #send({ conversationId, clientMsgId, content, replyTo }: Params<'message.send'>): Outstanding {
    const attempt = this.#history.nextAttempt();
    const reply = replyTo === undefined ? {} : { replyTo };
    this.#record({ event: 'send', attempt, device: this.#device, conversationId, clientMsgId, content, ...reply });
    return {
      attempt,
      answered: (ack) => this.#record({ event: 'acked', attempt, ack: ack as Result<'message.send'> }),
    };
  }

  #change(command: keyof typeof changeKinds, params: AnyChange): Outstanding {
    const attempt = this.#history.nextAttempt();
    const { conversationId, seq } = params;
    const kind = changeKinds[command];
    const what = kind === 'edit' ? { content: params.content } : kind === 'recall' ? {} : { emoji: params.emoji };
    this.#record({ event: 'change', attempt, device: this.#device, conversationId, seq, kind, ...what });
    return {
      attempt,
      answered: (result) =>
        this.#record({ event: 'changed', attempt, version: (result as Result<'message.edit'>).version }),
    };
  }

  #moved(command: keyof typeof directions, params: AnyMove): Outstanding {
    const attempt = this.#history.nextAttempt();
    const userId =
      command === 'member.add' ? (params.userIds[0] ?? 0) : command === 'member.remove' ? params.userId : this.#userId;
    const { conversationId } = params;
    const direction = directions[command];
    this.#record({ event: 'membership', attempt, device: this.#device, conversationId, userId, direction });
    return { attempt, answered: () => this.#record({ event: 'settled', attempt }) };
  }

  #resume(command: 'session.hello' | 'session.changes', { since }: Params<'session.changes'>): Outstanding {
    const invokedAtMs = this.#history.nowMs();
    return {
      answered: (result) => {
        const { isReset, conversations, removedIds } = result as Result<'session.changes'>;
        for (const conversation of conversations) this.#heardOf(conversation);
        const heads = conversations.map(({ id, seq, version }) => ({ conversationId: id, seq, version }));
        if (command === 'session.hello') this.#record({ event: 'regained', device: this.#device });
        const from = since === undefined ? {} : { since };
        this.#record({ event: 'resumed', device: this.#device, invokedAtMs, isReset, heads, removedIds, ...from });
      },
    };
  }

  #read(command: 'message.history' | 'message.sync' | 'message.get', params: Params<'message.history'>): Outstanding {
    const invokedAtMs = this.#history.nowMs();
    const base = { event: 'page', device: this.#device, conversationId: params.conversationId, invokedAtMs } as const;
    const readers = {
      'message.history': (result: unknown): Happening => {
        const { items, seq, version, minSeq } = result as Result<'message.history'>;
        const isNewest = params.before === undefined && params.after === undefined && params.around === undefined;
        return { ...base, via: 'history', items, head: { seq, version }, minSeq, isNewest };
      },
      'message.sync': (result: unknown): Happening => {
        const { items, seq, version, minSeq, nextAfter } = result as Result<'message.sync'>;
        return { ...base, via: 'sync', items, head: { seq, version }, minSeq, after: params.after ?? 0, nextAfter };
      },
      'message.get': (result: unknown): Happening => {
        const { message } = result as { message: Message };
        return { ...base, via: 'get', items: [message] };
      },
    };
    return { answered: (result) => this.#record(readers[command](result)) };
  }

  /** A page of each conversation that something was found in. */
  #search(): Outstanding {
    const invokedAtMs = this.#history.nowMs();
    return {
      answered: (result) => {
        const found = Map.groupBy((result as Result<'message.search'>).items, (message) => message.conversationId);
        for (const [conversationId, items] of found)
          this.#record({ event: 'page', device: this.#device, conversationId, via: 'search', invokedAtMs, items });
      },
    };
  }

  #cursor({ conversationId, deliveredSeq = 0, readSeq = 0 }: Params<'cursor.advance'>): Outstanding {
    const invokedAtMs = this.#history.nowMs();
    const base = { event: 'cursor', device: this.#device, conversationId, userId: this.#userId } as const;
    this.#record({ ...base, by: 'sent', deliveredSeq, readSeq });
    return {
      answered: (result) => {
        const cursor = result as Result<'cursor.advance'>;
        this.#record({ ...base, by: 'answered', invokedAtMs, ...cursor });
        this.#heardCursor({ conversationId, readSeq: cursor.readSeq });
      },
    };
  }

  #refused({ attempt }: Outstanding, { code, retryable }: WireError): void {
    if (attempt !== undefined) this.#record({ event: 'refused', attempt, code, retryable });
  }

  #pushed(push: Push): void {
    this.#record({ event: 'pushed', device: this.#device, push });
    if (push.push === 'conversation.added') this.#heardOf(push.conversation);
    if (push.push === 'presence') this.#record({ event: 'presence', device: this.#device, presence: push.presence });
    if (push.push !== 'cursor.moved') return;
    const { conversationId, userId, deliveredSeq, readSeq } = push;
    if (userId === this.#userId) this.#heardCursor({ conversationId, readSeq });
    this.#record({
      event: 'cursor',
      device: this.#device,
      by: 'pushed',
      conversationId,
      userId,
      deliveredSeq,
      readSeq,
    });
  }

  #heardOf({ id, membership }: Conversation): void {
    if (membership !== undefined) this.#heardCursor({ conversationId: id, readSeq: membership.readSeq });
  }

  #record(happening: Happening): void {
    this.#history.record(happening);
  }
}
