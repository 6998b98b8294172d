import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../icons/icon.tsx';
import type { MessageActions } from './use-message-actions.ts';

const MessageMenu = lazy(() => import('./message-menu.tsx'));
const QuickReactions = lazy(() => import('./quick-reactions.tsx'));

interface BarProps {
  readonly actions: MessageActions;
  /** Its buttons are reached by Tab only while their message is the one in focus. */
  readonly isActive: boolean;
}

/** Beside the bubble, on hover and focus: react, reply, more. What they open loads when it is first opened. */
export function MessageBar({ actions, isActive }: BarProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<'menu' | 'reactions'>();
  const bar = useRef<HTMLDivElement>(null);
  if (actions.hide === undefined) return null;
  const button = (name: 'react' | 'reply' | 'more', icon: IconName, run: () => void) => (
    <button
      type="button"
      className="icon-button"
      aria-label={t(`message.${name}`)}
      {...(name === 'reply' ? {} : { 'aria-haspopup': true })}
      tabIndex={isActive ? 0 : -1}
      onClick={run}
    >
      <Icon name={icon} size={18} />
    </button>
  );
  // One that fades while the other opens must not take it along.
  const close = (which: typeof open) => (): void => setOpen((now) => (now === which ? undefined : now));
  return (
    <div ref={bar} className="message-bar" data-open={open !== undefined}>
      {actions.react !== undefined && button('react', 'emoji', () => setOpen('reactions'))}
      {actions.reply !== undefined && button('reply', 'reply', actions.reply)}
      {button('more', 'more', () => setOpen('menu'))}
      {open !== undefined && (
        <Suspense fallback={null}>
          {open === 'menu' && <MessageMenu anchor={bar} actions={actions} onClose={close('menu')} />}
          {open === 'reactions' && actions.react !== undefined && (
            <QuickReactions anchor={bar} onPick={actions.react} onClose={close('reactions')} />
          )}
        </Suspense>
      )}
    </div>
  );
}
