/** Runs in a browser: what the hooks do there, seen by what their server is asked and by what the page shows. */
import { StrictMode, startTransition, useLayoutEffect, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Message } from '../../sdk/src/index.ts';
import {
  ParleyProvider,
  useConversation,
  useConversationView,
  useMessages,
  usePresence,
  useUser,
} from '../../sdk/src/react.ts';
import { group } from '../../sdk/test/group.ts';
import { online } from '../../sdk/test/scripted-client.ts';
import { ok, ScriptedServer, type SentFrame } from '../../sdk/test/scripted-server.ts';

/** Longer than a conversation that was closed is kept open for whoever comes back. */
const lingerMs = 1_100;
/** While much changes, who listens is told once in less than this. */
const frameMs = 20;

function messageOf(conversationId: number, seq: number): Message {
  const content = { type: 'text', text: `${conversationId}/${seq}` } as const;
  const clientMsgId = `m${seq}`;
  return {
    conversationId,
    seq,
    id: `${conversationId}${seq}`,
    version: seq,
    senderId: 2,
    clientMsgId,
    createdAt: 0,
    content,
  };
}

function history({ params }: SentFrame): object {
  const id = Number(params['conversationId']);
  const page = { hiddenSeqs: [], users: [], hasOlder: false, hasNewer: false, version: 1, seq: 1, minSeq: 1 };
  return ok({ ...page, items: [messageOf(id, 1)] });
}

/** A page in strict mode, of a client that is online, with two rooms in which one message stands. */
async function start() {
  const server = new ScriptedServer();
  const rooms = new Map([7, 8].map((id) => [id, group({ id, kind: 'room', seq: 1, version: 1 })]));
  server.conversations = [...rooms.values()];
  Object.assign(server.answers, {
    'conversation.watch': ({ params }: SentFrame) => ok({ conversation: rooms.get(Number(params['conversationId'])) }),
    'message.history': history,
    'presence.watch': ({ params }: SentFrame) =>
      ok({ items: (params['userIds'] as number[]).map((userId) => ({ userId, isOnline: true })) }),
  });
  const { client } = await online(server);
  const place = document.createElement('main');
  const root = createRoot(place);
  const show = (children: ReactNode): void =>
    root.render(
      <StrictMode>
        <ParleyProvider client={client}>{children}</ParleyProvider>
      </StrictMode>,
    );
  return {
    server,
    client,
    place,
    root,
    show,
    asked: (command: string) => server.sent(command).map(({ params }) => params),
  };
}

type Stage = Awaited<ReturnType<typeof start>>;

/** Until React has drawn and has run its effects, and what they asked is answered. */
async function drawn({ server }: Stage, ms = frameMs): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    await server.pass(ms);
  }
}

function Room({ id }: { readonly id: number }): ReactNode {
  useConversation(id);
  const { status, items } = useMessages(id);
  const { name } = useConversationView(id) ?? { name: '' };
  const texts = items.map(({ content }) => (content.type === 'text' ? content.text : ''));
  return `${name} ${status} ${texts.join()}`;
}

function Person({ id }: { readonly id: number }): ReactNode {
  return `${useUser(id)?.displayName ?? 'unknown'} ${usePresence(id)?.isOnline ?? 'unknown'}`;
}

export const scenes = {
  async anIdChanges() {
    const stage = await start();
    stage.show(<Room id={7} />);
    await drawn(stage);
    const shown = [stage.place.textContent];
    stage.show(<Room id={8} />);
    await drawn(stage);
    shown.push(stage.place.textContent);
    await drawn(stage, lingerMs);
    return { shown, watched: stage.asked('conversation.watch'), left: stage.asked('conversation.unwatch') };
  },

  async aPersonChanges() {
    const stage = await start();
    stage.server.answers['user.lookup'] = ({ params }) =>
      ok({
        items: (params['userIds'] as number[]).map((id) => ({
          id,
          name: `n${id}`,
          displayName: `N${id}`,
          kind: 'person',
          bio: '',
        })),
      });
    stage.show(<Person id={2} />);
    await drawn(stage, 100);
    const shown = [stage.place.textContent];
    stage.show(<Person id={3} />);
    await drawn(stage, 100);
    shown.push(stage.place.textContent);
    stage.root.unmount();
    await drawn(stage, 100);
    return { shown, watched: stage.asked('presence.watch').map(({ userIds }) => userIds) };
  },

  async mountedTwice() {
    const stage = await start();
    stage.show(<Room id={7} />);
    await drawn(stage);
    stage.show(undefined);
    await drawn(stage);
    stage.show(<Room id={7} />);
    await drawn(stage, lingerMs);
    const [watched, left] = [stage.asked('conversation.watch').length, stage.asked('conversation.unwatch').length];
    stage.root.unmount();
    await drawn(stage, lingerMs);
    return { watched, left, leftAtLast: stage.asked('conversation.unwatch').length };
  },

  async unmountedWhileItLoads() {
    const stage = await start();
    stage.server.answers['message.history'] = () => undefined;
    stage.show(<Room id={7} />);
    await drawn(stage);
    const shown = stage.place.textContent;
    stage.root.unmount();
    await drawn(stage, lingerMs);
    const [asked] = stage.server.sent('message.history');
    if (asked !== undefined) stage.server.link.reply(asked, history(asked));
    await drawn(stage);
    stage.server.answers['message.history'] = history;
    return {
      shown,
      left: stage.asked('conversation.unwatch').length,
      held: stage.client.conversation(7).messages.getSnapshot().items.length,
    };
  },

  /** A message comes after one of two components has been drawn and before the other is. */
  async twoReadTheSame() {
    const stage = await start();
    const commits: string[] = [];
    let next = 1;
    const Count = (): ReactNode => <b>{useMessages(7).items.length}</b>;
    const Between = ({ turn }: { readonly turn: number }): ReactNode => {
      if (turn >= next) stage.server.link.push({ push: 'message.changed', message: messageOf(7, ++next) });
      return ' ';
    };
    const Both = ({ turn }: { readonly turn: number }): ReactNode => {
      useConversation(7);
      useLayoutEffect(() => void commits.push(stage.place.textContent));
      return (
        <>
          <Count key={`a${turn}`} />
          <Between turn={turn} />
          <Count key={`b${turn}`} />
        </>
      );
    };
    for (let turn = 0; turn <= 5; turn++) {
      startTransition(() => stage.show(<Both turn={turn} />));
      await drawn(stage);
    }
    return { commits, came: next };
  },
};

Object.assign(globalThis, { scenes });
