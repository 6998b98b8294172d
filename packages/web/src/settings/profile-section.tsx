import type { Account } from '@parley/sdk';
import { useClient } from '@parley/sdk/react';
import { useId, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '../avatar/avatar.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { Field } from './field.tsx';
import { Section } from './section.tsx';

const bioCharsMax = 280;

export function ProfileSection({ account }: { readonly account: Account }) {
  const { t } = useTranslation();
  const client = useClient();
  const saving = useAction();
  const [displayName, setDisplayName] = useState(account.displayName);
  const [bio, setBio] = useState(account.bio);
  const isChanged = displayName.trim() !== account.displayName || bio.trim() !== account.bio;
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.run(() => client.account.update({ displayName: displayName.trim(), bio: bio.trim() }));
  };
  return (
    <Section title={t('settings.profile')}>
      <form className="settings-form" onSubmit={save}>
        <Me account={account} />
        <Field
          label={t('settings.displayName')}
          value={displayName}
          onChange={setDisplayName}
          maxLength={64}
          required
          dir="auto"
          autoComplete="nickname"
        />
        <BioField bio={bio} onChange={setBio} />
        <Problem error={saving.error} />
        <div className="settings-row">
          <span className="hint" role="status">
            {saving.isDone && !isChanged ? t('settings.saved') : ''}
          </span>
          <button
            type="submit"
            className="button button-primary"
            disabled={!isChanged || displayName.trim() === '' || saving.isRunning}
          >
            {t('app.save')}
          </button>
        </div>
      </form>
    </Section>
  );
}

function Me({ account }: { readonly account: Account }) {
  return (
    <div className="settings-me">
      <Avatar id={account.id} name={account.displayName} size={56} />
      <span>
        <strong dir="auto">{account.displayName}</strong>
        <span className="muted">@{account.name}</span>
      </span>
    </div>
  );
}

function BioField({ bio, onChange }: { readonly bio: string; readonly onChange: (bio: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t('settings.bio')}</label>
      <textarea
        id={id}
        className="input"
        rows={2}
        dir="auto"
        value={bio}
        maxLength={bioCharsMax}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className="hint">
        {t('settings.bioHint')}
      </p>
    </div>
  );
}
