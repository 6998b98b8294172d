import { useAccount, useClient } from '@parley/sdk/react';
import { useId, useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/error-text.ts';
import { useAction, type Action } from '../load/use-action.ts';
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
  const errorText = useErrorText();
  const id = useId();
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
      <div className="field">
        <label htmlFor={`${id}-name`}>{t('signIn.userName')}</label>
        <input
          id={`${id}-name`}
          className="input"
          value={userName}
          onChange={(event) => setUserName(event.target.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={32}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>{t('signIn.password')}</label>
        <input
          id={`${id}-password`}
          className="input"
          type="password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          autoComplete={mode === 'register' ? 'new-password' : 'current-password'}
          required
          maxLength={128}
          aria-describedby={`${id}-hint`}
        />
        <p id={`${id}-hint`} className="hint">
          {mode === 'register' ? t('signIn.passwordHint') : ''}
        </p>
      </div>
      <p className="problem" role="alert">
        {action.error === undefined ? '' : errorText(action.error)}
      </p>
      <button type="submit" className="button button-quiet button-wide" disabled={action.isRunning}>
        {action.isRunning ? t('signIn.working') : t(mode === 'register' ? 'signIn.createAccount' : 'signIn.signIn')}
      </button>
    </form>
  );
}
