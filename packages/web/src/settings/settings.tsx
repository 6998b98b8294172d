import { useAccount } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { Panel } from '../panel/panel.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { ClaimSection } from './claim-section.tsx';
import { DevicesSection } from './devices-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { PrivacySection } from './privacy-section.tsx';
import { ProfileSection } from './profile-section.tsx';
import { SignOutSection } from './sign-out-section.tsx';
import './settings.css';

/** Everything about oneself and this device. */
export default function Settings() {
  const { t } = useTranslation();
  const { account } = useAccount();
  return (
    <Panel title={t('settings.title')} size="tall">
      <div className="dialog-body settings">
        {account?.kind === 'guest' && <ClaimSection />}
        {account !== undefined && <ProfileSection account={account} />}
        <AppearanceSection />
        {account !== undefined && <PrivacySection account={account} />}
        {account?.kind === 'person' && <PasswordSection />}
        <DevicesSection />
        <SignOutSection isGuest={account?.kind === 'guest'} />
      </div>
    </Panel>
  );
}
