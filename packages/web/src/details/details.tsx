import { Dialog } from '@base-ui/react/dialog';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { useMedia } from '../load/use-media.ts';
import { wideMin } from '../route.ts';
import { About } from './about.tsx';
import type { DetailsProps } from './details-props.ts';
import { InviteLinks } from './invite-links.tsx';
import { LeaveButton } from './leave-button.tsx';
import { MemberList } from './member-list.tsx';
import { NotifyChoice } from './notify-choice.tsx';
import { rightsIn } from './rights.ts';
import './details.css';

/** Beside the conversation on wide screens, over it on others. */
export default function Details({ conversation, view, onClose }: DetailsProps & { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const isWide = useMedia(`(width >= ${wideMin}px)`);
  if (isWide)
    return (
      <aside className="details" aria-label={t('details.title')}>
        <header className="details-header">
          <h2>{t('details.title')}</h2>
          <button type="button" className="icon-button" aria-label={t('app.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <Body conversation={conversation} view={view} />
      </aside>
    );
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup className="details details-drawer">
          <header className="details-header">
            <Dialog.Title>{t('details.title')}</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label={t('app.close')}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          <Body conversation={conversation} view={view} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Body({ conversation, view }: DetailsProps) {
  const rights = rightsIn(view);
  return (
    <div className="details-body">
      <About conversation={conversation} view={view} />
      {view.isMember && <NotifyChoice conversation={conversation} view={view} />}
      {rights.mayInvite && <InviteLinks conversation={conversation} />}
      {view.kind !== 'direct' && <MemberList conversation={conversation} view={view} />}
      {view.isMember && view.kind !== 'direct' && <LeaveButton conversation={conversation} view={view} />}
    </div>
  );
}
