import type { KeyboardEvent } from 'react';

const composer = '.composer-text';

/** In the list: arrows move from message to message, Tab then reaches what one can do with it, Escape goes back to writing. */
export function walkMessages(event: KeyboardEvent<HTMLElement>): void {
  const list = event.currentTarget;
  const target = event.target as HTMLElement;
  if (event.key === 'Escape' && target.closest('[role="menu"], [role="dialog"]') === null)
    return list.closest('main')?.querySelector<HTMLElement>(composer)?.focus();
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || event.altKey || (target !== list && target.tagName !== 'ARTICLE')) return;
  event.preventDefault();
  const messages = [...list.querySelectorAll<HTMLElement>('article')];
  const at = target === list ? lastOnScreen(list, messages) : messages.indexOf(target) + step;
  messages[at]?.focus();
}

/** Where walking begins: at the lowest message one sees whole. */
function lastOnScreen(list: HTMLElement, messages: readonly HTMLElement[]): number {
  const { bottom } = list.getBoundingClientRect();
  return messages.findLastIndex((message) => message.getBoundingClientRect().bottom <= bottom + 1);
}
