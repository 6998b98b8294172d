import { useClient } from '@parley/sdk/react';
import { useEffect } from 'react';
import { go, parseRoute } from '../route.ts';
import { overlays } from './overlay.ts';

/** Whether keys typed there are text. */
function isTextField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Keys that work everywhere; none while an input method composes. */
export function useGlobalKeys(): void {
  const client = useClient();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.isComposing || event.defaultPrevented) return;
      const hasMod = event.ctrlKey || event.metaKey;
      if (hasMod && event.key.toLowerCase() === 'k') run(event, () => overlays.open({ type: 'switcher' }));
      else if (hasMod && event.shiftKey && event.key.toLowerCase() === 'f')
        run(event, () => overlays.open(searchHere()));
      else if (event.altKey && !hasMod && (event.key === 'ArrowUp' || event.key === 'ArrowDown'))
        run(event, () => step(client.conversations.getSnapshot().items, event.key === 'ArrowUp' ? -1 : 1));
      else if (event.key === '?' && !hasMod && !isTextField(event.target))
        run(event, () => overlays.open({ type: 'keys' }));
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [client]);
}

function run(event: KeyboardEvent, work: () => void): void {
  event.preventDefault();
  work();
}

function searchHere() {
  const route = parseRoute(location.hash);
  return route.page === 'conversation'
    ? ({ type: 'search', conversationId: route.id } as const)
    : ({ type: 'search' } as const);
}

/** To the conversation above or below the open one. */
function step(items: readonly { readonly id: number }[], by: number): void {
  const route = parseRoute(location.hash);
  const at = route.page === 'conversation' ? items.findIndex((view) => view.id === route.id) : -1;
  const next = items[Math.max(0, Math.min(items.length - 1, at + by))];
  if (next !== undefined) go({ page: 'conversation', id: next.id });
}
