import type { Device } from '@parley/sdk';
import { useClient, useConnection } from '@parley/sdk/react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { ago, useLanguage } from '../format/time.ts';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { usePages } from '../load/use-pages.ts';
import { Section } from './section.tsx';

/** Where one is signed in, and the way to end each. */
export function DevicesSection() {
  const { t } = useTranslation();
  const client = useClient();
  const ending = useAction();
  const devices = usePages<Device>(
    useCallback(async (_cursor, signal) => ({ items: await client.account.devices({ signal }) }), [client]),
  );
  const end = (id: number): void => ending.run(() => client.account.endDevice(id).then(devices.reload));
  return (
    <Section title={t('settings.devices')}>
      <ul className="plain-list">
        {devices.items.map((device) => (
          <DeviceRow key={device.id} device={device} isBusy={ending.isRunning} onEnd={() => end(device.id)} />
        ))}
      </ul>
      <Problem error={devices.error ?? ending.error} />
    </Section>
  );
}

function DeviceRow({
  device,
  isBusy,
  onEnd,
}: {
  readonly device: Device;
  readonly isBusy: boolean;
  readonly onEnd: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { transport } = useConnection();
  const fallback = transport === 'stream' ? ` · ${t('connection.fallback')}` : '';
  return (
    <li className="person-row">
      <span className="person-name">
        <span dir="auto">{device.name === '' ? device.platform : device.name}</span>
        <span className="hint">
          {device.isCurrent
            ? t('settings.thisDevice') + fallback
            : t('settings.lastUsed', { when: ago(device.lastUsedAt, Date.now(), language) })}
        </span>
      </span>
      {!device.isCurrent && (
        <button
          type="button"
          className="button button-quiet"
          disabled={isBusy}
          aria-label={t('settings.endDevice', { name: device.name })}
          onClick={onEnd}
        >
          {t('settings.signOutDevice')}
        </button>
      )}
    </li>
  );
}
