import type { MessageItem } from '@parley/sdk';
import { useUser } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { useSystemText } from './system-text.ts';

type Content = MessageItem['content'];

/** A message in one line, for the list and for quotes. */
export function usePreview(content: Content | undefined, senderId: number): string {
  const { t } = useTranslation();
  const system = useSystemText(content?.type === 'system' ? content.system : undefined, senderId);
  switch (content?.type) {
    case undefined:
      return '';
    case 'text':
      return (
        content.text
          .replaceAll(/[`*_~>#]+/g, '')
          .replaceAll(/\s+/g, ' ')
          .trim() || content.text
      );
    case 'custom':
      return t('message.custom');
    case 'recalled':
      return t('message.recalled');
    case 'system':
      return system;
  }
}

/** A user’s display name, or a neutral word until it is known. */
export function useName(userId: number): string {
  const { t } = useTranslation();
  return useUser(userId)?.displayName ?? t('message.someone');
}
