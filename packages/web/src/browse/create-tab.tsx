import type { User } from '@parley/sdk';
import { useAccount, useClient } from '@parley/sdk/react';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { go } from '../route.ts';
import { Field } from '../settings/field.tsx';
import { Choice } from '../settings/choice.tsx';
import { overlays } from '../shell/overlay.ts';
import { PeoplePicker } from './people-picker.tsx';

type Kind = 'group' | 'room' | 'channel';

/** A new group, room or channel. Guests are told how to get there. */
export function CreateTab() {
  const { t } = useTranslation();
  const { account } = useAccount();
  if (account?.kind !== 'guest') return <CreateForm />;
  return (
    <div className="empty-note">
      <p>{t('browse.guest')}</p>
      <button
        type="button"
        className="button button-primary list-more"
        onClick={() => overlays.open({ type: 'settings' })}
      >
        {t('settings.claim')}
      </button>
    </div>
  );
}

function CreateForm() {
  const { t } = useTranslation();
  const client = useClient();
  const creating = useAction();
  const [kind, setKind] = useState<Kind>('group');
  const [title, setTitle] = useState('');
  const [topic, setTopic] = useState('');
  const [picked, setPicked] = useState<readonly User[]>([]);
  const create = (event: SyntheticEvent): void => {
    event.preventDefault();
    const memberIds = picked.map((user) => user.id);
    creating.run(async () => {
      const made = await client.conversations.create({ kind, title: title.trim(), topic: topic.trim(), memberIds });
      go({ page: 'conversation', id: made.id });
    });
  };
  return (
    <form className="browse-form" onSubmit={create}>
      <KindChoice kind={kind} onChange={setKind} />
      <Field
        label={t('browse.name')}
        value={title}
        onChange={setTitle}
        required
        maxLength={100}
        dir="auto"
        autoComplete="off"
      />
      <Field
        label={t('browse.topic')}
        value={topic}
        onChange={setTopic}
        maxLength={500}
        dir="auto"
        autoComplete="off"
      />
      <PeoplePicker label={t('browse.members')} picked={picked} onChange={setPicked} />
      <Problem error={creating.error} />
      <button
        type="submit"
        className="button button-primary button-wide"
        disabled={title.trim() === '' || creating.isRunning}
      >
        {t('browse.createAction')}
      </button>
    </form>
  );
}

function KindChoice({ kind, onChange }: { readonly kind: Kind; readonly onChange: (kind: Kind) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <Choice
        label={t('browse.kind')}
        value={kind}
        onChange={onChange}
        options={[
          ['group', t('browse.group')],
          ['room', t('browse.room')],
          ['channel', t('browse.channel')],
        ]}
      />
      <p className="hint">{t(`browse.${kind}Hint`)}</p>
    </>
  );
}
