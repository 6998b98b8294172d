import { Menu } from '@base-ui/react/menu';
import { useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { actionItems } from './action-items.ts';
import type { MessageActions } from './use-message-actions.ts';

interface MessageMenuProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly actions: MessageActions;
  readonly onClose: () => void;
}

/** Everything one can do with a message. */
export default function MessageMenu({ anchor, actions, onClose }: MessageMenuProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(true);
  return (
    <Menu.Root open={isOpen} onOpenChange={setOpen} onOpenChangeComplete={(next) => !next && onClose()}>
      <Menu.Portal>
        <Menu.Positioner className="positioner" anchor={anchor} side="bottom" align="end" sideOffset={4}>
          <Menu.Popup className="floating menu" finalFocus={() => lastButton(anchor.current)}>
            {actionItems(actions).map(({ name, icon, run, isDanger }) => (
              <Menu.Item key={name} className="menu-item" data-danger={isDanger} onClick={run}>
                <Icon name={icon} size={18} />
                {t(`message.${name}`)}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function lastButton(bar: HTMLElement | null): HTMLElement | null {
  return bar?.querySelector<HTMLElement>(':scope > button:last-of-type') ?? null;
}
