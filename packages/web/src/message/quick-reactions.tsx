import { Popover } from '@base-ui/react/popover';
import { lazy, Suspense, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { quickEmoji } from './quick-emoji.ts';

const EmojiGrid = lazy(() => import('../emoji/emoji-grid.tsx'));

interface QuickReactionsProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

/** A handful of emoji, and the way to all of them. */
export default function QuickReactions({ anchor, onPick, onClose }: QuickReactionsProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(true);
  const [hasAll, setAll] = useState(false);
  const pick = (emoji: string): void => {
    onPick(emoji);
    setOpen(false);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen} onOpenChangeComplete={(next) => !next && onClose()}>
      <Popover.Portal>
        <Popover.Positioner className="positioner" anchor={anchor} side="top" sideOffset={6}>
          <Popover.Popup
            className="floating"
            aria-label={t('message.react')}
            finalFocus={() => anchor.current?.querySelector('button') ?? null}
          >
            {hasAll ? (
              <Suspense fallback={null}>
                <EmojiGrid onPick={pick} />
              </Suspense>
            ) : (
              <div className="quick-emoji">
                {quickEmoji.map((emoji) => (
                  <button
                    key={emoji}
                    type="button"
                    aria-label={t('message.withEmoji', { emoji })}
                    onClick={() => pick(emoji)}
                  >
                    {emoji}
                  </button>
                ))}
                <button type="button" aria-label={t('message.allEmoji')} onClick={() => setAll(true)}>
                  <Icon name="compose" size={18} />
                </button>
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
