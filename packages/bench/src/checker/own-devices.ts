import type { EventOf } from './history-event.ts';
import { userOf, type Run } from './run.ts';
import { UpTime } from './up-time.ts';
import type { Violation } from './violation.ts';

/** A session's sockets close this soon after it was ended. */
export const socketsCloseWithinMs = 5_000;

/** D16: what a user has read, all their devices hold as read; an ended session has no socket left. */
export function ownDevices(run: Run): Violation[] {
  return [...unreadElsewhere(run), ...openAfterEnd(run)];
}

function* unreadElsewhere(run: Run): Generator<Violation> {
  for (const { device, views } of run.truth.devices)
    for (const { conversationId, readSeq } of views) {
      const userId = userOf(run, device);
      const member = run.conversations.get(conversationId)?.truth.members.find((one) => one.userId === userId);
      if (readSeq === undefined || member?.isActive !== true || member.readSeq === readSeq) continue;
      const says = `Device ${device} holds conversation ${conversationId} as read up to ${readSeq}; its user has read up to ${member.readSeq}.`;
      yield { rule: 'D16', says, events: [], about: { conversationId, device } };
    }
}

function* openAfterEnd({ history }: Run): Generator<Violation> {
  const upTime = new UpTime(history.events);
  const lastMs = history.events.at(-1)?.atMs ?? 0;
  const open = new Set<string>();
  const ended = new Map<string, EventOf<'session-ended'>>();
  for (const event of history.events) {
    if (event.event === 'regained') open.add(event.device);
    else if (event.event === 'session-ended' && open.has(event.device)) ended.set(event.device, event);
    else if (event.event === 'lost') {
      const end = ended.get(event.device);
      if (end !== undefined && isLate(upTime, end, event.atMs)) yield found(end);
      ended.delete(event.device);
      open.delete(event.device);
    }
  }
  for (const end of ended.values()) if (isLate(upTime, end, lastMs)) yield found(end);
}

function isLate(upTime: UpTime, end: EventOf<'session-ended'>, atMs: number): boolean {
  return upTime.between(end.atMs, atMs) > socketsCloseWithinMs;
}

function found(end: EventOf<'session-ended'>): Violation {
  const says = `The session of device ${end.device} was ended, and its socket was open for more than ${socketsCloseWithinMs / 1_000} s.`;
  return { rule: 'D16', says, events: [end], about: { device: end.device } };
}
