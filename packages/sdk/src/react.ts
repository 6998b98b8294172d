import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import type { PresenceState, User } from '@parley/protocol';
import type {
  AccountState,
  ConnectionState,
  ConversationHandle,
  ConversationsState,
  ConversationView,
  Live,
  MessagesState,
  ParleyClient,
} from './contract.ts';

const ClientContext = createContext<ParleyClient | undefined>(undefined);

/** Gives the client to everything below. */
export function ParleyProvider({
  client,
  children,
}: {
  readonly client: ParleyClient;
  readonly children?: ReactNode;
}): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children);
}

export function useClient(): ParleyClient {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('useClient must be called inside ParleyProvider.');
  return client;
}

/** Any live value of the SDK. */
export function useLive<T>(live: Live<T>): T {
  return useSyncExternalStore(live.subscribe, live.getSnapshot, live.getSnapshot);
}

export function useConnection(): ConnectionState {
  return useLive(useClient().connection);
}

export function useAccount(): AccountState {
  return useLive(useClient().account);
}

export function useConversations(): ConversationsState {
  return useLive(useClient().conversations);
}

/** The handle of a conversation, held open while the component is mounted. */
export function useConversation(id: number): ConversationHandle {
  const conversation = useClient().conversation(id);
  useEffect(() => conversation.open(), [conversation]);
  return conversation;
}

export function useConversationView(id: number): ConversationView | undefined {
  return useLive(useClient().conversation(id).view);
}

export function useMessages(id: number): MessagesState {
  return useLive(useClient().conversation(id).messages);
}

export function useTyping(id: number): readonly number[] {
  return useLive(useClient().conversation(id).typing);
}

/** Watched while mounted. */
export function usePresence(userId: number): PresenceState | undefined {
  const { presence } = useClient();
  return useLive(useMemo(() => presence.live(userId), [presence, userId]));
}

/** Looked up when unknown. */
export function useUser(userId: number): User | undefined {
  const { users } = useClient();
  return useLive(useMemo(() => users.live(userId), [users, userId]));
}
