import type { EventOf } from './history-event.ts';
import type { Run } from './run.ts';
import type { Violation } from './violation.ts';

/** I14: in the end who is connected is online and nobody else, for the server and for whoever watches. */
export function presence(run: Run): Violation[] {
  return [...wrongAnswers(run), ...ghosts(run)];
}

function* wrongAnswers({ truth }: Run): Generator<Violation> {
  for (const { userId, isConnected, isOnline } of truth.presence) {
    if (isConnected === isOnline) continue;
    yield {
      rule: 'I14',
      says: `In the end the server says that user ${userId} is ${word(isOnline)}; they are ${word(isConnected)}.`,
      events: [],
      about: {},
    };
  }
}

/** What each device that is there in the end heard last of each user. */
function* ghosts({ history, truth }: Run): Generator<Violation> {
  const last = new Map<string, EventOf<'presence'>>();
  for (const event of history.events)
    if (event.event === 'presence') last.set(`${event.device} ${event.presence.userId}`, event);
  const connected = new Map(truth.presence.map(({ userId, isConnected }) => [userId, isConnected]));
  const present = new Set(truth.devices.map(({ device }) => device));
  for (const event of last.values()) {
    const { userId, isOnline } = event.presence;
    const isConnected = connected.get(userId);
    if (isConnected === undefined || isConnected === isOnline || !present.has(event.device)) continue;
    const says = `Device ${event.device} heard last that user ${userId} is ${word(isOnline)}; they are ${word(isConnected)}.`;
    yield { rule: 'I14', says, events: [event], about: { device: event.device } };
  }
}

function word(isOnline: boolean): string {
  return isOnline ? 'online' : 'offline';
}
