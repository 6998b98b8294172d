import { useClient, useConnection } from '@parley/sdk/react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOnline } from '../load/use-online.ts';

/** How long a loss stays unmentioned: short ones heal by themselves. */
const quietMs = 1_200;

/** A thin bar while the connection is lost: when it tries again, a way to try now, and that nothing is lost. */
export function ConnectionBar() {
  const { t } = useTranslation();
  const client = useClient();
  const connection = useConnection();
  const hasNetwork = useOnline();
  const status = hasNetwork ? connection.status : 'offline';
  const { retryAt } = connection;
  const isShown = useLasting(status !== 'online', quietMs);
  const seconds = useSecondsUntil(status === 'waiting' ? retryAt : undefined);
  return (
    <div className="connection-bar" role="status" data-shown={isShown}>
      {isShown && (
        <>
          <span>
            {status === 'waiting' && seconds > 0
              ? t('connection.waiting', { count: seconds })
              : t(status === 'offline' ? 'connection.offline' : 'connection.connecting')}
          </span>
          {status !== 'connecting' && hasNetwork && (
            <button type="button" onClick={() => client.connection.retryNow()}>
              {t('connection.tryNow')}
            </button>
          )}
        </>
      )}
    </div>
  );
}

function useLasting(isOn: boolean, afterMs: number): boolean {
  const [hasLasted, setLasted] = useState(false);
  useEffect(() => {
    if (!isOn) return setLasted(false);
    const timer = setTimeout(() => setLasted(true), afterMs);
    return () => clearTimeout(timer);
  }, [isOn, afterMs]);
  return isOn && hasLasted;
}

function useSecondsUntil(time: number | undefined): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (time === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [time]);
  return time === undefined ? 0 : Math.max(0, Math.ceil((time - now) / 1_000));
}
