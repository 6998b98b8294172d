import { describe, expect, test } from 'bun:test';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import {
  ParleyProvider,
  useAccount,
  useClient,
  useConnection,
  useConversations,
  useConversationView,
  useMessages,
  usePresence,
  useTyping,
  useUser,
} from '../src/react.ts';
import { online } from './scripted-client.ts';

function Everything(): ReactNode {
  const facts = [
    useConnection().status,
    useAccount().account?.name,
    useConversations().status,
    useConversationView(7)?.name ?? 'no view',
    useMessages(7)
      .items.map((item) => `${item.state} ${item.clientMsgId}`)
      .join(),
    useTyping(7).length,
    usePresence(2)?.isOnline ?? 'nobody knows',
    useUser(1)?.displayName,
    useClient().conversation(7).id,
  ];
  return facts.join(' · ');
}

describe('React hooks', () => {
  test('show what the client holds', async () => {
    const { client } = await online();
    await client.conversation(7).send('hello', { clientMsgId: 'm1' });
    const page = renderToString(
      <ParleyProvider client={client}>
        <Everything />
      </ParleyProvider>,
    );
    expect(page).toBe('online · ada · ready · no view · sending m1 · 0 · nobody knows · Ada · 7');
  });

  test('outside of a provider say so', () => {
    expect(() => renderToString(<Everything />)).toThrow('ParleyProvider');
  });
});
