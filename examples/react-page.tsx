import { createClient } from '@parley/sdk';
import { ParleyProvider, useConnection, useConversation, useMessages, useTyping } from '@parley/sdk/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const url = new URLSearchParams(location.search).get('server') ?? 'http://localhost:8080';
const chat = createClient({ url });

function Lobby() {
  const lobby = useConversation(1);
  const { items } = useMessages(1);
  const others = useTyping(1).length;
  const { status } = useConnection();
  const say = (form: FormData) => {
    const text = form.get('text');
    if (typeof text === 'string') void lobby.send(text);
  };
  return (
    <main>
      <ol>
        {items.map(({ key, state, content }) => (
          <li key={key} title={state}>
            {content.type === 'text' ? content.text : content.type}
          </li>
        ))}
      </ol>
      <form action={say}>
        <input name="text" aria-label="Message" required onChange={() => lobby.setTyping(true)} />
      </form>
      <p role="status">{others > 0 ? 'Somebody is typing …' : status}</p>
    </main>
  );
}

await chat.connect();
if (chat.account.getSnapshot().status === 'signed-out') await chat.account.guest();
createRoot(document.body).render(
  <StrictMode>
    <ParleyProvider client={chat}>
      <Lobby />
    </ParleyProvider>
  </StrictMode>,
);
