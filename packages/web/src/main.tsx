import { createClient } from '@parley/sdk';
import { ParleyProvider } from '@parley/sdk/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { deviceName } from './device-name.ts';
import { followNewBuilds } from './follow-new-builds.ts';
import { startTexts } from './i18n/index.ts';
import { openOffline } from './open-offline.ts';
import { watchStorage } from './shell/storage-trouble.ts';
import { applyTheme } from './theme.ts';
import './styles/base.css';

followNewBuilds();
openOffline();
applyTheme();
await startTexts();

const client = createClient({ platform: 'web', deviceName: deviceName(navigator.userAgent), client: 'parley-web' });
watchStorage(client);
void client.connect().catch(() => undefined); // The account state says why; the sign-in page shows it.

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <ParleyProvider client={client}>
      <App />
    </ParleyProvider>
  </StrictMode>,
);
