import { Popover } from '@base-ui/react/popover';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';

const EmojiGrid = lazy(() => import('../emoji/emoji-grid.tsx'));

/** The button beside the text; the grid comes when it is first opened. */
export default function EmojiPopover({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="icon-button" aria-label={t('composer.emoji')}><Icon name="emoji" /></Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={8}>
          <Popover.Popup className="floating emoji-popup" aria-label={t('composer.emoji')}>
            <Suspense fallback={null}>
              <EmojiGrid onPick={(emoji) => {
                onPick(emoji);
                setOpen(false);
              }} />
            </Suspense>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
