import { Menu } from '@base-ui/react/menu';
import { useRef, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../icons/icon.tsx';
import { actionItems, type ActionItem } from './action-items.ts';
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
  const hasMoved = useRef(false); // Reply and edit take the focus to the composer.
  const choose = ({ name, run }: ActionItem): void => {
    hasMoved.current = name === 'reply' || name === 'edit';
    run();
  };
  return (
    <Menu.Root open={isOpen} onOpenChange={setOpen} onOpenChangeComplete={(next) => !next && onClose()}>
      <Menu.Portal container={anchor.current?.closest('main') ?? null}>
        <Menu.Positioner className="positioner" anchor={anchor} side="bottom" align="end" sideOffset={4}>
          <Menu.Popup
            className="floating menu"
            finalFocus={() => (hasMoved.current ? false : lastButton(anchor.current))}
          >
            {actionItems(actions).map((item) => (
              <Menu.Item key={item.name} className="menu-item" data-danger={item.isDanger} onClick={() => choose(item)}>
                <Icon name={item.icon} size={18} />
                {t(`message.${item.name}`)}
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
