import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { actionItems } from './action-items.ts';
import { QuickReactions } from './quick-reactions.tsx';
import type { MessageActions } from './use-message-actions.ts';

/** Beside the bubble, on hover and focus: react, reply, more. */
export function MessageBar({ actions }: { readonly actions: MessageActions }) {
  const { t } = useTranslation();
  const [isReacting, setReacting] = useState(false);
  const items = actionItems(actions);
  if (items.length === 0) return null;
  return (
    <div className="message-bar" data-open={isReacting}>
      {actions.react !== undefined && <QuickReactions isOpen={isReacting} onOpen={setReacting} onPick={actions.react} />}
      {actions.reply !== undefined && <button type="button" className="icon-button" aria-label={t('message.reply')} onClick={actions.reply}><Icon name="reply" size={18} /></button>}
      <Menu.Root>
        <Menu.Trigger className="icon-button" aria-label={t('message.more')}><Icon name="more" size={18} /></Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner side="bottom" align="end" sideOffset={4}>
            <Menu.Popup className="floating menu">
              {items.map(({ name, icon, run, isDanger }) => (
                <Menu.Item key={name} className="menu-item" data-danger={isDanger} onClick={run}>
                  <Icon name={icon} size={18} />
                  {t(`message.${name}`)}
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
