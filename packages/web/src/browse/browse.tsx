import { Tabs } from '@base-ui/react/tabs';
import { useTranslation } from 'react-i18next';
import { Panel } from '../panel/panel.tsx';
import { CreateTab } from './create-tab.tsx';
import { PeopleTab } from './people-tab.tsx';
import { RoomsTab } from './rooms-tab.tsx';
import './browse.css';

/** Whom one can talk to: people, open rooms and channels, or something new. */
export default function Browse() {
  const { t } = useTranslation();
  return (
    <Panel title={t('browse.title')} size="tall">
      <Tabs.Root className="browse" defaultValue="people">
        <Tabs.List className="tabs" activateOnFocus>
          <Tabs.Tab className="tab" value="people">
            {t('browse.people')}
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="rooms">
            {t('browse.rooms')}
          </Tabs.Tab>
          <Tabs.Tab className="tab" value="create">
            {t('browse.create')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel className="browse-panel" value="people">
          <PeopleTab />
        </Tabs.Panel>
        <Tabs.Panel className="browse-panel" value="rooms">
          <RoomsTab />
        </Tabs.Panel>
        <Tabs.Panel className="browse-panel" value="create">
          <CreateTab />
        </Tabs.Panel>
      </Tabs.Root>
    </Panel>
  );
}
