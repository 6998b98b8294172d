import { limits, ParleyError } from '@parley/protocol';
import type { Topic } from '../delivery.ts';
import type { Connection } from './connection.ts';

/**
 * Notes the topics that a signed-in connection is about to listen to besides those it listens to already: what it has open
 * on screen. What it no longer listens to does not count. @throws ParleyError `too-many-subscriptions`
 */
export function watchRooms(connection: Connection, topics: readonly Topic[]): void {
  const listened = new Set(Array.from(connection.topics, ({ topic }) => topic));
  const more = topics.filter((topic) => !listened.has(topic));
  if (more.length === 0) return;
  const watched = new Set(
    [...(connection.watched ?? []), ...more].filter((topic) => listened.has(topic) || more.includes(topic)),
  );
  if (watched.size > limits.roomsWatchedMax) throw new ParleyError('too-many-subscriptions');
  connection.watched = watched;
}
