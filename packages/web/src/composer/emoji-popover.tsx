import { Popover } from '@base-ui/react/popover';
import { useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import EmojiGrid from '../emoji/emoji-grid.tsx';

interface EmojiPopoverProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
}

/** The grid over the composer. After a pick the text has the focus again. */
export default function EmojiPopover({ anchor, onPick, onClose }: EmojiPopoverProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(true);
  const [hasPicked, setPicked] = useState(false);
  const pick = (emoji: string): void => {
    setPicked(true); // Then the text takes the focus.
    setOpen(false);
    onPick(emoji);
  };
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen} onOpenChangeComplete={(next) => !next && onClose()}>
      <Popover.Portal>
        <Popover.Positioner className="positioner" anchor={anchor} side="top" align="start" sideOffset={8}>
          <Popover.Popup className="floating" aria-label={t('composer.emoji')} finalFocus={hasPicked ? false : anchor}>
            <EmojiGrid onPick={pick} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
