import { useClient } from '@parley/sdk/react';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { toasts } from '../shell/toasts.ts';
import { Field } from './field.tsx';
import { Section } from './section.tsx';

/** Turns a guest into an account that keeps everything. */
export function ClaimSection() {
  const { t } = useTranslation();
  const client = useClient();
  const claiming = useAction();
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    claiming.run(() => client.account.claim({ userName, password }).then(() => toasts.text(t('settings.claimed'))));
  };
  return (
    <Section title={t('settings.claim')}>
      <form className="settings-form settings-card" onSubmit={submit}>
        <p className="hint">{t('settings.claimHint')}</p>
        <Field
          label={t('settings.userName')}
          value={userName}
          onChange={setUserName}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={32}
        />
        <Field
          label={t('signIn.password')}
          type="password"
          autoComplete="new-password"
          hint={t('signIn.passwordHint')}
          value={password}
          onChange={setPassword}
          required
          minLength={8}
          maxLength={128}
        />
        <Problem error={claiming.error} />
        <button type="submit" className="button button-primary" disabled={claiming.isRunning}>
          {t('settings.claimAction')}
        </button>
      </form>
    </Section>
  );
}
