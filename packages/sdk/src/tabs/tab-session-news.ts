import type { SessionNews } from '../environment.ts';
import type { Neighbours } from './neighbours.ts';

const channelName = 'parley:session';

/** Signing in or out in one tab reaches all of them. */
export function tabSessionNews(neighbours: Neighbours): SessionNews {
  return {
    tell() {
      const channel = neighbours.channel(channelName, () => undefined);
      channel.post('changed');
      channel.close();
    },
    listen(heard) {
      const channel = neighbours.channel(channelName, heard);
      return () => channel.close();
    },
  };
}
