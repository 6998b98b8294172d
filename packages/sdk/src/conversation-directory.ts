import type { Message, ParamsInput, Result } from '@parley/protocol';
import type { CallOptions, Conversations, ConversationsState, ConversationView, Page } from './contract.ts';
import type { ConversationList } from './conversation-list.ts';
import { conversationView } from './conversation-view.ts';
import type { Core } from './core.ts';
import type { UserCache } from './user-cache.ts';

export interface DirectoryParts {
  readonly core: Core;
  readonly list: ConversationList;
  readonly users: UserCache;
}

/** What one can do with conversations at large. */
export class ConversationDirectory implements Conversations {
  readonly #parts: DirectoryParts;
  readonly getSnapshot: () => ConversationsState;
  readonly subscribe: (listener: () => void) => () => void;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
    this.getSnapshot = parts.list.state.getSnapshot;
    this.subscribe = parts.list.state.subscribe;
  }

  get(id: number): ConversationView | undefined {
    const conversation = this.#parts.list.get(id);
    return conversation === undefined ? undefined : conversationView(conversation);
  }

  async openDirect(userId: number, options?: CallOptions): Promise<ConversationView> {
    return this.#put(await this.#parts.core.request('conversation.direct', { userId }, options));
  }

  async create(params: ParamsInput<'conversation.create'>, options?: CallOptions): Promise<ConversationView> {
    return this.#put(await this.#parts.core.request('conversation.create', params, options));
  }

  async browse(
    params: ParamsInput<'conversation.browse'> = {},
    options?: CallOptions,
  ): Promise<Page<ConversationView>> {
    const { items, ...page } = await this.#parts.core.request('conversation.browse', params, options);
    return { ...page, items: items.map(conversationView) };
  }

  async join(id: number, options?: CallOptions): Promise<ConversationView> {
    return this.#put(await this.#parts.core.request('conversation.join', { conversationId: id }, options));
  }

  async leave(id: number, options?: CallOptions): Promise<void> {
    await this.#parts.core.request('conversation.leave', { conversationId: id }, options);
  }

  previewInvite(code: string, options?: CallOptions): Promise<Result<'invite.get'>> {
    return this.#parts.core.request('invite.get', { code }, options);
  }

  async acceptInvite(code: string, options?: CallOptions): Promise<ConversationView> {
    return this.#put(await this.#parts.core.request('invite.accept', { code }, options));
  }

  async search(params: ParamsInput<'message.search'>, options?: CallOptions): Promise<Page<Message>> {
    const page = await this.#parts.core.request('message.search', params, options);
    this.#parts.users.put(page.users);
    return page;
  }

  #put({ conversation }: Result<'conversation.get'>): ConversationView {
    return this.#parts.list.put(conversation);
  }
}
