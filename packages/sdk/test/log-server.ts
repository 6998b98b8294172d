import type { Conversation, Message } from '@parley/protocol';
import { group } from './group.ts';
import { ok, type Answer, type ScriptedServer, type SentFrame } from './scripted-server.ts';

type Params = Readonly<Record<string, unknown>>;

/** What a server keeps: a log per conversation, in which a clientMsgId is stored once. [D2] */
export class LogServer {
  readonly #server: ScriptedServer;
  readonly #logs: ReadonlyMap<number, Message[]>;

  constructor(server: ScriptedServer, conversationIds: readonly number[]) {
    this.#server = server;
    this.#logs = new Map(conversationIds.map((id) => [id, []]));
    Object.assign(server.answers, {
      'message.send': (frame: SentFrame) => this.store(frame),
      'conversation.watch': ({ params }: SentFrame) => ok({ conversation: this.conversation(params) }),
      'message.history': ({ params }: SentFrame) => ok({ ...this.#page(params), hasNewer: false, hasOlder: false }),
      'message.sync': ({ params }: SentFrame) =>
        ok({ ...this.#page(params, Number(params['after'])), nextAfter: this.#log(params).length, hasMore: false }),
      'session.ping': () => ok({ now: 0 }),
    } satisfies Record<string, (frame: SentFrame) => Answer>);
    this.refresh();
  }

  /** What a hello is answered from now on. */
  refresh(): void {
    this.#server.conversations = [...this.#logs.keys()].map((conversationId) => this.conversation({ conversationId }));
  }

  ids(conversationId: number): string[] {
    return this.#log({ conversationId }).map((message) => message.clientMsgId);
  }

  /** Stores it, once, and pushes it to whoever is connected. @returns the ack */
  store({ params }: SentFrame): object {
    const log = this.#log(params);
    let message = log.find(({ clientMsgId }) => clientMsgId === params['clientMsgId']);
    if (message === undefined) {
      message = messageOf(params, log.length + 1);
      log.push(message);
      this.refresh();
      for (const link of this.#server.links) if (!link.isClosed) link.push({ push: 'message.changed', message });
    }
    const { id, seq, version, createdAt } = message;
    return ok({ id, seq, version, createdAt });
  }

  #log(params: Params): Message[] {
    return this.#logs.get(Number(params['conversationId'])) ?? [];
  }

  #page(params: Params, after = 0): object {
    const { length } = this.#log(params);
    const items = this.#log(params).slice(after);
    return { items, users: [], hiddenSeqs: [], version: length, seq: length, minSeq: 1 };
  }

  conversation(params: Params): Conversation {
    const { length } = this.#log(params);
    return group({ id: Number(params['conversationId']), seq: length, version: length });
  }
}

function messageOf(params: Params, seq: number): Message {
  return {
    conversationId: Number(params['conversationId']),
    seq,
    id: `${String(params['conversationId'])}-${seq}`,
    version: seq,
    senderId: 1,
    clientMsgId: String(params['clientMsgId']),
    createdAt: seq,
    content: params['content'] as Message['content'],
  };
}
