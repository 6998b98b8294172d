import {
  ParleyError,
  type Ack,
  type Invite,
  type Member,
  type Message,
  type Result,
  type Role,
  type SendableContent,
} from '@parley/protocol';
import type {
  CallOptions,
  ConversationHandle,
  ConversationView,
  Live,
  Messages,
  Page,
  SendOptions,
} from './contract.ts';
import { isPushed, type ConversationParts, type OpenConversation } from './open-conversation.ts';
import type { Outcomes } from './outcomes.ts';

export interface HandleParts extends ConversationParts {
  readonly outcomes: Outcomes;
}

type PageParams = { readonly cursor?: string; readonly limit?: number };

/** What one can do with one conversation. */
export class Handle implements ConversationHandle {
  readonly id: number;
  readonly view: Live<ConversationView | undefined>;
  readonly messages: Messages;
  readonly typing: Live<readonly number[]>;
  readonly #parts: HandleParts;
  readonly #conversation: OpenConversation;

  constructor(parts: HandleParts, conversation: OpenConversation) {
    this.#parts = parts;
    this.#conversation = conversation;
    this.id = conversation.id;
    this.view = parts.list.view(conversation.id);
    this.messages = conversation.window;
    this.typing = conversation.typing.users;
  }

  open(): () => void {
    return this.#conversation.open();
  }

  async send(content: SendableContent | string, options: SendOptions = {}): Promise<string> {
    const clientMsgId = options.clientMsgId ?? this.#parts.core.environment.newId();
    const reply = options.replyTo === undefined ? {} : { replyTo: options.replyTo };
    this.#conversation.typing.sent();
    await this.#parts.outbox.put({ conversationId: this.id, clientMsgId, content: contentOf(content), ...reply });
    return clientMsgId;
  }

  async sendAndWait(content: SendableContent | string, options: SendOptions & CallOptions = {}): Promise<Ack> {
    options.signal?.throwIfAborted();
    const clientMsgId = options.clientMsgId ?? this.#parts.core.environment.newId();
    const message = { conversationId: this.id, clientMsgId };
    const outcome = this.#parts.outcomes.of(message, options);
    const sent = this.send(content, { ...options, clientMsgId }).catch((error: unknown) => {
      // Of another message under this id the outcome stays open.
      if (!isConflict(error)) this.#parts.outcomes.failed(message, error);
      throw error;
    });
    const [ack] = await Promise.all([outcome, sent]);
    return ack;
  }

  retry(clientMsgId: string): Promise<void> {
    return this.#parts.outbox.retry(this.id, clientMsgId);
  }

  discard(clientMsgId: string): Promise<void> {
    return this.#parts.outbox.discard(this.id, clientMsgId);
  }

  async edit(seq: number, content: SendableContent | string, options?: CallOptions): Promise<void> {
    await this.#parts.core.request(
      'message.edit',
      { conversationId: this.id, seq, content: contentOf(content) },
      options,
    );
  }

  async recall(seq: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('message.recall', { conversationId: this.id, seq }, options);
  }

  async hide(seq: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('message.hide', { conversationId: this.id, seq }, options);
    this.#conversation.window.dispatch({ type: 'hidden', seq });
  }

  async react(seq: number, emoji: string, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('reaction.add', { conversationId: this.id, seq, emoji }, options);
  }

  async unreact(seq: number, emoji: string, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('reaction.remove', { conversationId: this.id, seq, emoji }, options);
  }

  markRead(seq?: number): void {
    const conversation = this.#parts.list.get(this.id);
    if (conversation?.membership === undefined) return;
    const readSeq = Math.min(seq ?? conversation.seq, conversation.seq);
    if (readSeq <= conversation.membership.readSeq) return;
    this.#parts.list.cursor({
      conversationId: this.id,
      userId: this.#parts.core.ownId(),
      deliveredSeq: readSeq,
      readSeq,
    });
    this.#parts.cursors.advance(this.id, { readSeq });
  }

  setTyping(isTyping: boolean): void {
    this.#conversation.typing.say(isTyping);
  }

  message(seq: number, options?: CallOptions): Promise<Message> {
    return this.#conversation.message(seq, options);
  }

  async search(query: string, options: CallOptions & PageParams = {}): Promise<Page<Message>> {
    const page = await this.#parts.core.request(
      'message.search',
      { query, conversationId: this.id, ...pageOf(options) },
      options,
    );
    this.#parts.users.put(page.users);
    return page;
  }

  async receipts(seq: number, options?: CallOptions): Promise<Result<'message.receipts'>> {
    return this.#parts.core.request('message.receipts', { conversationId: this.id, seq }, options);
  }

  async revisions(seq: number, options?: CallOptions): Promise<Result<'message.revisions'>['items']> {
    return (await this.#parts.core.request('message.revisions', { conversationId: this.id, seq }, options)).items;
  }

  async mentions(options?: CallOptions): Promise<readonly number[]> {
    return (await this.#parts.core.request('message.unread', { conversationId: this.id }, options)).mentionSeqs;
  }

  async members(params: PageParams = {}, options?: CallOptions): Promise<Page<Member>> {
    const page = await this.#parts.core.request('member.list', { conversationId: this.id, ...pageOf(params) }, options);
    this.#parts.users.put(page.items.map((member) => member.user));
    // Nobody is told who comes to a room: how many they are is asked for along with them.
    if (params.cursor === undefined && !isPushed(this.#parts.list.get(this.id))) this.#parts.list.refresh(this.id);
    return page;
  }

  async addMembers(userIds: readonly number[], options?: CallOptions): Promise<void> {
    await this.#learn(() =>
      this.#parts.core.request('member.add', { conversationId: this.id, userIds: [...userIds] }, options),
    );
  }

  async kick(userId: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('member.remove', { conversationId: this.id, userId }, options);
  }

  async setRole(userId: number, role: Role, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('member.update', { conversationId: this.id, userId, role }, options);
  }

  async mute(userId: number, until: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('member.mute', { conversationId: this.id, userId, until }, options);
  }

  async ban(userId: number, reason = '', options?: CallOptions): Promise<void> {
    await this.#parts.core.request('ban.add', { conversationId: this.id, userId, reason }, options);
  }

  async unban(userId: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('ban.remove', { conversationId: this.id, userId }, options);
  }

  async bans(params: PageParams = {}, options?: CallOptions): Promise<Page<Result<'ban.list'>['items'][number]>> {
    return this.#parts.core.request('ban.list', { conversationId: this.id, ...pageOf(params) }, options);
  }

  async createInvite(
    params: { readonly expiresInMs?: number; readonly maxUses?: number } = {},
    options?: CallOptions,
  ): Promise<Invite> {
    return (await this.#parts.core.request('invite.create', { conversationId: this.id, ...params }, options)).invite;
  }

  async invites(options?: CallOptions): Promise<readonly Invite[]> {
    return (await this.#parts.core.request('invite.list', { conversationId: this.id }, options)).items;
  }

  async revokeInvite(code: string, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('invite.revoke', { code }, options);
  }

  async onlineCount(options?: CallOptions): Promise<number> {
    return (await this.#parts.core.request('presence.count', { conversationId: this.id }, options)).count;
  }

  async update(
    params: {
      readonly title?: string;
      readonly topic?: string;
      readonly isListed?: boolean;
    },
    options?: CallOptions,
  ): Promise<void> {
    await this.#learn(() =>
      this.#parts.core.request('conversation.update', { conversationId: this.id, ...params }, options),
    );
  }

  async setNotify(notify: 'all' | 'mentions' | 'none', options?: CallOptions): Promise<void> {
    await this.#learn(() =>
      this.#parts.core.request('conversation.settings', { conversationId: this.id, notify }, options),
    );
  }

  async leave(options?: CallOptions): Promise<void> {
    await this.#parts.core.request('conversation.leave', { conversationId: this.id }, options);
  }

  async #learn(answer: () => Promise<Result<'conversation.get'>>): Promise<void> {
    await this.#parts.list.learn(this.id, async () => (await answer()).conversation);
  }
}

function isConflict(error: unknown): boolean {
  return error instanceof ParleyError && error.code === 'client-msg-id-conflict';
}

function contentOf(content: SendableContent | string): SendableContent {
  return typeof content === 'string' ? { type: 'text', text: content } : content;
}

function pageOf({ cursor, limit }: PageParams): PageParams {
  return { ...(cursor === undefined ? {} : { cursor }), ...(limit === undefined ? {} : { limit }) };
}
