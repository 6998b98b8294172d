import { useAccount, useClient } from '@parley/sdk/react';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../load/problem.tsx';
import { useAction, type Action } from '../load/use-action.ts';
import { Field } from '../settings/field.tsx';
import { useServerInfo } from './use-server-info.ts';
import './sign-in.css';

type Mode = 'register' | 'signIn';

/** The first thing a stranger sees: one button to look around, and an account for who wants to stay. */
export function SignIn() {
  const { t } = useTranslation();
  const client = useClient();
  const info = useServerInfo();
  const { endedBy } = useAccount();
  const [mode, setMode] = useState<Mode>(endedBy === undefined ? 'register' : 'signIn');
  const action = useAction();
  const canRegister = info?.registration !== false;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <img src="/icon.svg" alt="" width={56} height={56} />
        <h1>{t('signIn.title', { name: info?.name ?? 'Parley' })}</h1>
        <p className="muted">
          {endedBy === undefined
            ? t('app.tagline')
            : t(`signIn.ended.${endedBy}`, { defaultValue: t('signIn.ended.unauthenticated') })}
        </p>
        {info?.guests !== false && (
          <>
            <button
              type="button"
              className="button button-primary button-wide"
              disabled={action.isRunning}
              onClick={() => action.run(() => client.account.guest())}
            >
              {t('signIn.guest')}
            </button>
            <p className="hint">{t('signIn.guestHint')}</p>
            <div className="sign-in-or" role="separator">
              {t('signIn.or')}
            </div>
          </>
        )}
        <CredentialsForm key={mode} mode={canRegister ? mode : 'signIn'} action={action} />
        {canRegister && (
          <button
            type="button"
            className="sign-in-switch"
            onClick={() => setMode(mode === 'register' ? 'signIn' : 'register')}
          >
            {t(mode === 'register' ? 'signIn.haveAccount' : 'signIn.noAccount')}
          </button>
        )}
      </div>
    </main>
  );
}

function CredentialsForm({ mode, action }: { readonly mode: Mode; readonly action: Action }) {
  const { t } = useTranslation();
  const client = useClient();
  const isNew = mode === 'register';
  const [userName, setUserName] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    action.run(() =>
      mode === 'register'
        ? client.account.register({ userName, password })
        : client.account.signIn({ userName, password }),
    );
  };
  return (
    <form className="sign-in-form" onSubmit={submit}>
      <Field
        label={t('signIn.userName')}
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
        value={password}
        onChange={setPassword}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
        maxLength={128}
        {...(isNew ? { hint: t('signIn.passwordHint') } : {})}
      />
      <Problem error={action.error} />
      <button type="submit" className="button button-quiet button-wide" disabled={action.isRunning}>
        {action.isRunning ? t('signIn.working') : t(mode === 'register' ? 'signIn.createAccount' : 'signIn.signIn')}
      </button>
    </form>
  );
}
