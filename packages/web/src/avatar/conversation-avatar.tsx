import type { ConversationView } from '@parley/sdk';
import { usePresence } from '@parley/sdk/react';
import { Avatar } from './avatar.tsx';

interface ConversationAvatarProps {
  readonly view: ConversationView;
  readonly size: number;
}

/** The peer with their presence in direct chats; else the conversation’s own sign. */
export function ConversationAvatar({ view, size }: ConversationAvatarProps) {
  if (view.kind === 'direct' && view.peer !== undefined)
    return <PeerAvatar id={view.peer.id} name={view.name} size={size} />;
  return (
    <Avatar
      id={view.id}
      name={view.name}
      size={size}
      kind={view.kind === 'room' || view.kind === 'channel' ? view.kind : 'person'}
    />
  );
}

function PeerAvatar({ id, name, size }: { readonly id: number; readonly name: string; readonly size: number }) {
  return <Avatar id={id} name={name} size={size} isOnline={usePresence(id)?.isOnline === true} />;
}
