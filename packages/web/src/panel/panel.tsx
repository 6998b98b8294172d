import { Dialog } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { useLayer } from './layer.ts';

interface PanelProps {
  readonly title: ReactNode;
  readonly children: ReactNode;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly size?: 'narrow' | 'usual' | 'tall';
  readonly initialFocus?: RefObject<HTMLElement | null>;
}

/** A dialog over the page: keeps the focus and gives it back, closes by Escape, by its button and by a click beside it. */
export function Panel({ title, children, aside, size = 'usual', initialFocus }: PanelProps) {
  const { t } = useTranslation();
  const { isOpen, onClose, onGone } = useLayer();
  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={(next) => !next && onClose()}
      onOpenChangeComplete={(next) => !next && onGone()}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="dialog" data-size={size} {...(initialFocus === undefined ? {} : { initialFocus })}>
          <header className="dialog-header">
            <Dialog.Title render={<h2 dir="auto" />}>{title}</Dialog.Title>
            {aside}
            <Dialog.Close className="icon-button" aria-label={t('app.close')}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
