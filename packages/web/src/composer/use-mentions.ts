import type { ConversationHandle, User } from '@parley/sdk';
import { useAccount } from '@parley/sdk/react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { mentionsIn } from './mentions-in.ts';
import type { ComposerText } from './use-composer-text.ts';

export interface Mentions {
  readonly isOpen: boolean;
  readonly users: readonly User[];
  readonly active: number;
  pick(user: User): void;
  /** Whether the key was the list’s. */
  onKeyDown(event: KeyboardEvent): boolean;
  onSelect(): void;
  /** The mentions that are still in the text. */
  inText(text: string): { mentions?: number[] };
}

const shownMax = 6;
const candidatesMax = 100;

/** “@na” before the caret opens a list of members whose names begin so. Picked ones are sent as mentions. */
export function useMentions(
  conversation: ConversationHandle,
  draft: ComposerText,
  area: RefObject<HTMLTextAreaElement | null>,
): Mentions {
  const [query, setQuery] = useState<{ readonly at: number; readonly text: string }>();
  const [active, setActive] = useState(0);
  const picked = useRef(new Map<string, number>());
  const members = useMembers(conversation, query !== undefined);
  const ownId = useAccount().account?.id;
  const users = useMemo(() => matching(members, query?.text, ownId), [members, query?.text, ownId]);
  const isOpen = query !== undefined && users.length > 0;

  const look = (): void => {
    const caret = area.current?.selectionStart ?? 0;
    const found = /(?:^|\s)@([\p{L}\p{N}_.-]{0,32})$/u.exec((area.current?.value ?? '').slice(0, caret));
    setQuery(found === null ? undefined : { at: caret - (found[1]?.length ?? 0) - 1, text: found[1] ?? '' });
    setActive(0);
  };
  const pick = (user: User): void => {
    if (query === undefined) return;
    picked.current.set(user.name, user.id);
    draft.replace(query.at, query.at + 1 + query.text.length, `@${user.name} `);
    setQuery(undefined);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || event.nativeEvent.isComposing) return false;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const chosen = event.key === 'Enter' || event.key === 'Tab' ? users[active] : undefined;
    if (step === 0 && chosen === undefined && event.key !== 'Escape') return false;
    event.preventDefault();
    if (step !== 0) setActive((active + step + users.length) % users.length);
    if (chosen !== undefined) pick(chosen);
    if (event.key === 'Escape') setQuery(undefined);
    return true;
  };
  return {
    isOpen,
    users,
    active,
    pick,
    onKeyDown,
    onSelect: look,
    inText: (text) => mentionsIn(text, picked.current, members),
  };
}

/** Those whose names begin so, oneself left out. */
function matching(members: readonly User[], query: string | undefined, ownId: number | undefined): readonly User[] {
  if (query === undefined) return [];
  const wanted = query.toLocaleLowerCase();
  const isMatch = (name: string): boolean => name.toLocaleLowerCase().startsWith(wanted);
  return members
    .filter((user) => user.id !== ownId && (isMatch(user.name) || isMatch(user.displayName)))
    .slice(0, shownMax);
}

/** The first members of the conversation, asked for when a mention begins. */
function useMembers(conversation: ConversationHandle, isWanted: boolean): readonly User[] {
  const [members, setMembers] = useState<readonly User[]>([]);
  useEffect(() => {
    if (!isWanted) return;
    const gone = new AbortController();
    conversation.members({ limit: candidatesMax }, { signal: gone.signal }).then(
      (page) => setMembers(page.items.map((member) => member.user)),
      () => undefined, // Without the list a name can still be typed.
    );
    return () => gone.abort();
  }, [conversation, isWanted]);
  return members;
}
