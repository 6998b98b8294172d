import type { EventOf, HistoryEvent, Shown } from './history-event.ts';
import { messagesIn, type Attempt, type Run } from './run.ts';
import type { Subject } from './violation.ts';

/** What an event is about, as far as it tells; a page is about each of its messages. */
export function subjectsOf(run: Run, event: HistoryEvent): readonly Subject[] {
  if ('attempt' in event) {
    const attempt = run.attempts.get(event.attempt);
    return attempt === undefined ? [] : [ofAttempt(attempt)];
  }
  switch (event.event) {
    case 'page':
      return event.items.map((message) => ofMessage(event.device, message));
    case 'displayed':
      return [ofMessage(event.device, event.message)];
    case 'pushed':
      return [ofPush(event)];
    case 'fault':
      return [{ fault: event.fault }];
    case 'applied':
    case 'cursor':
      return [{ device: event.device, conversationId: event.conversationId }];
    default:
      return 'device' in event ? [{ device: event.device }] : [];
  }
}

function ofMessage(device: string, { conversationId, seq, clientMsgId }: Shown): Subject {
  return { device, conversationId, seq, clientMsgId };
}

function ofPush(event: EventOf<'pushed'>): Subject {
  const { device, push } = event;
  const [message] = messagesIn(event);
  if (message !== undefined) return ofMessage(device, message);
  return { device, ...('conversationId' in push ? { conversationId: push.conversationId } : {}) };
}

/** Of a send the seq, too, where it got one. */
function ofAttempt({ invoked, outcome }: Attempt): Subject {
  const { device, conversationId } = invoked;
  if (invoked.event === 'membership') return { device, conversationId };
  if (invoked.event === 'change') return { device, conversationId, seq: invoked.seq };
  const { clientMsgId } = invoked;
  return { device, conversationId, clientMsgId, seq: outcome?.event === 'acked' ? outcome.ack.seq : undefined };
}
