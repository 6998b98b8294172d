import { Dialog } from '@base-ui/react/dialog';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { actionItems } from './action-items.ts';
import { quickEmoji } from './quick-emoji.ts';
import type { MessageActions } from './use-message-actions.ts';

/** What a long press opens on phones. */
export default function MessageSheet({
  actions,
  onClose,
}: {
  readonly actions: MessageActions;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const done = (work: () => void) => (): void => {
    onClose();
    work();
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="sheet" aria-label={t('message.more')}>
          {actions.react !== undefined && (
            <div className="quick-emoji">
              {quickEmoji.map((emoji) => (
                <button
                  key={emoji}
                  type="button"
                  aria-label={t('message.withEmoji', { emoji })}
                  onClick={done(() => actions.react?.(emoji))}
                >
                  {emoji}
                </button>
              ))}
            </div>
          )}
          {actionItems(actions).map(({ name, icon, run, isDanger }) => (
            <button key={name} type="button" className="menu-item" data-danger={isDanger} onClick={done(run)}>
              <Icon name={icon} />
              {t(`message.${name}`)}
            </button>
          ))}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
