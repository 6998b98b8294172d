import { Popover } from '@base-ui/react/popover';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';

const EmojiGrid = lazy(() => import('../emoji/emoji-grid.tsx'));

/** The ones people use most, one tap away. */
export const quickEmoji = ['👍', '❤️', '😂', '🎉', '😮', '😢'] as const;

interface QuickReactionsProps {
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onPick: (emoji: string) => void;
}

export function QuickReactions({ isOpen, onOpen, onPick }: QuickReactionsProps) {
  const { t } = useTranslation();
  const [hasAll, setAll] = useState(false);
  const pick = (emoji: string): void => {
    onPick(emoji);
    onOpen(false);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={(next) => {
      onOpen(next);
      setAll(false);
    }}>
      <Popover.Trigger className="icon-button" aria-label={t('message.react')}><Icon name="emoji" size={18} /></Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" sideOffset={6}>
          <Popover.Popup className="floating" aria-label={t('message.react')}>
            {hasAll ? (
              <Suspense fallback={null}><EmojiGrid onPick={pick} /></Suspense>
            ) : (
              <div className="quick-emoji">
                {quickEmoji.map((emoji) => <button key={emoji} type="button" aria-label={emoji} onClick={() => pick(emoji)}>{emoji}</button>)}
                <button type="button" aria-label={t('message.allEmoji')} onClick={() => setAll(true)}><Icon name="compose" size={18} /></button>
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
