import type { MessageItem } from '@parley/sdk';
import { useClient, useUser } from '@parley/sdk/react';
import { useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';

export type SystemEvent = Extract<MessageItem['content'], { type: 'system' }>['system'];

const namesShown = 3;

/** “Ann added Ben and Cleo.” */
export function useSystemText(event: SystemEvent | undefined, actorId: number): string {
  const { t, i18n } = useTranslation();
  const actor = useUser(event === undefined ? 0 : actorId)?.displayName ?? t('message.someone');
  const ids = event !== undefined && 'userIds' in event ? event.userIds : noIds;
  const names = useNames(ids.slice(0, namesShown), t('message.someone'));
  if (event === undefined) return '';
  const more = ids.length - names.length;
  const who = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(
    more > 0 ? [...names, t('system.more', { count: more })] : names,
  );
  switch (event.event) {
    case 'title':
      return t('system.title', { actor, title: event.title });
    case 'topic':
      return t('system.topic', { actor, topic: event.topic });
    case 'role':
      return t(`system.role.${event.role}`, { actor, who });
    default:
      return t(`system.${event.event}`, { actor, who });
  }
}

const noIds: readonly number[] = [];

function useNames(ids: readonly number[], unknown: string): readonly string[] {
  const client = useClient();
  const key = ids.join();
  const store = useMemo(() => {
    const lives = key === '' ? [] : key.split(',').map((id) => client.users.live(Number(id)));
    return {
      subscribe: (listener: () => void) => {
        const stops = lives.map((live) => live.subscribe(listener));
        return () => stops.forEach((stop) => stop());
      },
      read: () => lives.map((live) => live.getSnapshot()?.displayName ?? unknown).join('\u0000'),
    };
  }, [client, key, unknown]);
  const joined = useSyncExternalStore(store.subscribe, store.read);
  return joined === '' ? [] : joined.split('\u0000');
}
