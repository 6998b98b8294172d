import type { MessageItem } from '@parley/sdk';
import { useTranslation } from 'react-i18next';
import { hueOf } from '../avatar/hue.ts';
import { Icon } from '../icons/icon.tsx';
import { useName, usePreview } from '../message/preview.ts';
import { useComposerMode } from './composer-mode.tsx';

/** Above the line: what is being answered or edited, and the way out. */
export function ComposerContext() {
  const { t } = useTranslation();
  const mode = useComposerMode();
  const item = mode.editing ?? mode.replyingTo;
  if (item === undefined) return null;
  return (
    <div className="composer-context" style={{ '--name-hue': hueOf(item.senderId) } as React.CSSProperties}>
      <Icon name={mode.editing === undefined ? 'reply' : 'edit'} size={18} />
      <ContextText item={item} isEditing={mode.editing !== undefined} />
      <button type="button" className="icon-button" aria-label={t('app.cancel')} onClick={mode.clear}>
        <Icon name="close" size={18} />
      </button>
    </div>
  );
}

function ContextText({ item, isEditing }: { readonly item: MessageItem; readonly isEditing: boolean }) {
  const { t } = useTranslation();
  const name = useName(item.senderId);
  const preview = usePreview(item.content, item.senderId);
  return (
    <span className="composer-context-text">
      <strong dir="auto">{isEditing ? t('composer.editing') : t('composer.replyTo', { name })}</strong>
      <span dir="auto">{preview}</span>
    </span>
  );
}
