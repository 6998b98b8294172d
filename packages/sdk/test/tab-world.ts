import { Client } from '../src/client.ts';
import type { ClientOptions, KeyValueStorage } from '../src/contract.ts';
import { memoryStorage } from '../src/storage.ts';
import { withTabs } from '../src/tabs/with-tabs.ts';
import { LogServer } from './log-server.ts';
import { ScriptedBrowser, type ScriptedTab } from './scripted-tabs.ts';
import { ok, ScriptedServer, welcome, type ScriptedLink } from './scripted-server.ts';

export const conversationId = 7;

export interface Tab {
  readonly tab: ScriptedTab;
  readonly client: Client;
}

/** Tabs of one browser, with one storage, and the server they all talk to. */
export class TabWorld {
  readonly server = new ScriptedServer();
  readonly log = new LogServer(this.server, [conversationId, 8]);
  readonly browser = new ScriptedBrowser();
  readonly storage = memoryStorage();
  readonly tabs: Tab[] = [];

  constructor() {
    this.server.answers['session.changes'] = () => {
      const { account: _account, device: _device, ...changes } = this.#welcome();
      return ok(changes);
    };
    this.server.answers['session.get'] = () => {
      const { account, device } = this.#welcome();
      return ok({ account, device });
    };
  }

  /** Opens a tab; it connects as soon as time is given to it. */
  open(options: ClientOptions = { token: 'token' }, before?: Tab): Tab {
    const tab = this.browser.open(this.server.environment, before?.tab);
    const environment = withTabs(tab.environment, options, tab.neighbours);
    const client = new Client(
      { url: 'http://parley.test', storage: storageOf(tab, this.storage), ...options },
      environment,
    );
    client.conversation(conversationId).open();
    void client.connect().catch(() => undefined);
    const opened = { tab, client };
    this.tabs.push(opened);
    return opened;
  }

  /** One that is signed in by what was kept. */
  openKept(): Tab {
    return this.open({});
  }

  async openMany(count: number): Promise<Tab[]> {
    const tabs = Array.from({ length: count }, () => this.open());
    await this.server.pass(100);
    return tabs;
  }

  /** Links the server still sees. */
  get openLinks(): ScriptedLink[] {
    return this.server.links.filter((link) => !link.isClosed);
  }

  /** As when its process ends. */
  kill(one: Tab): void {
    one.tab.kill();
    this.tabs.splice(this.tabs.indexOf(one), 1);
  }

  texts({ client }: Tab): string[] {
    return client
      .conversation(conversationId)
      .messages.getSnapshot()
      .items.map((item) => item.clientMsgId);
  }

  statuses(): string[] {
    return this.tabs.map(({ client }) => client.connection.getSnapshot().status);
  }

  #welcome(): Record<string, unknown> {
    return (welcome(this.server.conversations) as { readonly result: Record<string, unknown> }).result;
  }
}

/** What a dead tab asks for never happens. */
function storageOf(tab: ScriptedTab, storage: KeyValueStorage): KeyValueStorage {
  const whileAlive = async <T>(work: () => Promise<T>): Promise<T> =>
    tab.isAlive ? work() : Promise.withResolvers<T>().promise;
  return {
    get: (key) => whileAlive(() => storage.get(key)),
    keys: (prefix) => whileAlive(() => storage.keys(prefix)),
    set: (key, value) => whileAlive(() => storage.set(key, value)),
    delete: (key) => whileAlive(() => storage.delete(key)),
  };
}
