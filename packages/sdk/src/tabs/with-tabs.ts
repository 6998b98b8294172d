import type { ClientOptions } from '../contract.ts';
import type { Environment } from '../environment.ts';
import { browserNeighbours } from './browser-neighbours.ts';
import type { Neighbours } from './neighbours.ts';
import { TabLinks } from './tab-links.ts';
import { TabSessionNews } from './tab-session-news.ts';
import { TabSiblings } from './tab-siblings.ts';

/** In a browser that lets tabs find each other, a client is one of several; elsewhere it is alone. */
export function withTabs(
  environment: Environment,
  { tabs = 'shared' }: Pick<ClientOptions, 'tabs'>,
  neighbours: Neighbours | undefined = browserNeighbours(),
): Environment {
  if (neighbours === undefined) return environment;
  return {
    ...environment,
    siblings: new TabSiblings(environment, neighbours),
    sessionNews: new TabSessionNews(neighbours),
    openLink: tabs === 'shared' ? new TabLinks(environment, neighbours).open : environment.openLink,
  };
}
