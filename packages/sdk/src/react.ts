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

/**
 * Gives the client to everything below.
 *
 * @example
 * root.render(createElement(ParleyProvider, { client: chat }, createElement(Lobby)));
 */
export function ParleyProvider({
  client,
  children,
}: {
  readonly client: ParleyClient;
  readonly children?: ReactNode;
}): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the `ParleyProvider` above. @throws Error when there is none. */
export function useClient(): ParleyClient {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('useClient must be called inside ParleyProvider.');
  return client;
}

/** Any live value of the SDK. */
export function useLive<T>(live: Live<T>): T {
  return useSyncExternalStore(live.subscribe, live.getSnapshot, live.getSnapshot);
}

/** Whether there is a connection, and when the next try is. */
export function useConnection(): ConnectionState {
  return useLive(useClient().connection);
}

/** Who is signed in on this device. */
export function useAccount(): AccountState {
  return useLive(useClient().account);
}

/** One’s own conversations, the latest activity first. */
export function useConversations(): ConversationsState {
  return useLive(useClient().conversations);
}

/** The handle of a conversation, held open while the component is mounted; another id opens another one. */
export function useConversation(id: number): ConversationHandle {
  const conversation = useClient().conversation(id);
  useEffect(() => conversation.open(), [conversation]);
  return conversation;
}

/** A conversation as the list shows it; undefined while unknown. Does not open it. */
export function useConversationView(id: number): ConversationView | undefined {
  return useLive(useClient().conversation(id).view);
}

/** What is shown of a conversation’s messages. Kept current while `useConversation` holds it open. */
export function useMessages(id: number): MessagesState {
  return useLive(useClient().conversation(id).messages);
}

/** Who is typing there, oneself excluded; the longest first. */
export function useTyping(id: number): readonly number[] {
  return useLive(useClient().conversation(id).typing);
}

/** A user’s presence, watched while the component is mounted; undefined until known. */
export function usePresence(userId: number): PresenceState | undefined {
  const { presence } = useClient();
  return useLive(useMemo(() => presence.live(userId), [presence, userId]));
}

/** A user’s public profile, looked up when unknown; undefined until known. */
export function useUser(userId: number): User | undefined {
  const { users } = useClient();
  return useLive(useMemo(() => users.live(userId), [users, userId]));
}
