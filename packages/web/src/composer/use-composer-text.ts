import type { ConversationHandle } from '@parley/sdk';
import { useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import type { ComposerMode } from './composer-mode.tsx';
import { readDraft, writeDraft } from './drafts.ts';

export interface ComposerText {
  readonly text: string;
  change(text: string): void;
  /** Puts a text where the caret is. */
  insert(text: string): void;
  /** Replaces a range and puts the caret behind it. */
  replace(from: number, to: number, text: string): void;
  clear(): void;
}

/** The text being written: the draft, or while editing the message’s own text. The draft comes back afterwards. */
export function useComposerText(
  conversation: ConversationHandle,
  mode: ComposerMode,
  area: RefObject<HTMLTextAreaElement | null>,
): ComposerText {
  const { id } = conversation;
  const { editing, replyingTo } = mode;
  const [text, setText] = useState(() => readDraft(id));
  useEffect(() => {
    if (editing === undefined && replyingTo === undefined) return;
    if (editing?.content.type === 'text') setText(editing.content.text);
    area.current?.focus();
    return editing === undefined ? undefined : () => setText(readDraft(id));
  }, [editing, replyingTo, id, area]);
  useLayoutEffect(() => grow(area.current), [text, area]);

  const change = (next: string): void => {
    setText(next);
    if (editing !== undefined) return;
    writeDraft(id, next);
    conversation.setTyping(next.trim() !== '');
  };
  const replace = (from: number, to: number, inserted: string): void => {
    const { current } = area;
    change(text.slice(0, from) + inserted + text.slice(to));
    requestAnimationFrame(() => {
      current?.focus();
      current?.setSelectionRange(from + inserted.length, from + inserted.length);
    });
  };
  return {
    text,
    change,
    replace,
    insert: (inserted) =>
      replace(area.current?.selectionStart ?? text.length, area.current?.selectionEnd ?? text.length, inserted),
    clear() {
      change('');
      conversation.setTyping(false);
      area.current?.focus();
    },
  };
}

/** As high as its text, up to what the style allows. */
function grow(area: HTMLTextAreaElement | null): void {
  if (area === null) return;
  area.style.height = '0';
  area.style.height = `${area.scrollHeight}px`;
}
