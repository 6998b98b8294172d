import { useClient } from '@parley/sdk/react';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { Field } from './field.tsx';
import { Section } from './section.tsx';

export function PasswordSection() {
  const { t } = useTranslation();
  const client = useClient();
  const changing = useAction();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    changing.run(async () => {
      await client.account.changePassword({ currentPassword, newPassword });
      setCurrent('');
      setNew('');
    });
  };
  return (
    <Section title={t('settings.password')}>
      <form className="settings-form" onSubmit={submit}>
        <Field
          label={t('settings.currentPassword')}
          type="password"
          autoComplete="current-password"
          value={currentPassword}
          onChange={setCurrent}
          required
          maxLength={128}
        />
        <Field
          label={t('settings.newPassword')}
          type="password"
          autoComplete="new-password"
          hint={t('signIn.passwordHint')}
          value={newPassword}
          onChange={setNew}
          required
          minLength={8}
          maxLength={128}
        />
        <Problem error={changing.error} />
        <div className="settings-row">
          <span className="hint" role="status">
            {changing.isDone ? t('settings.passwordChanged') : ''}
          </span>
          <button type="submit" className="button button-quiet" disabled={changing.isRunning || newPassword === ''}>
            {t('settings.changePassword')}
          </button>
        </div>
      </form>
    </Section>
  );
}
