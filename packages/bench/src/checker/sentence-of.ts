import type { Content, Push } from '@parley/protocol';
import type { EventOf, HistoryEvent, OutcomeEvent, Shown } from './history-event.ts';
import type { Subject } from './violation.ts';

/** Characters of a body that are shown. */
const textCharsMax = 40;

/** An event in words, without its time and its device. Of a page only what it has of `about` is told. */
export function sentenceOf(event: HistoryEvent, about: Subject): string {
  switch (event.event) {
    case 'device':
      return `is a device of user ${event.userId} over ${event.transport}`;
    case 'conversation':
      return `conversation ${event.conversationId} is a ${event.kind}`;
    case 'send':
      return `sends ${event.clientMsgId} to ${event.conversationId}: ${quoted(event.content)} (try ${event.attempt})`;
    case 'change':
      return `${event.kind}s message ${event.seq} of ${event.conversationId}${event.content === undefined ? '' : `: ${quoted(event.content)}`} (try ${event.attempt})`;
    case 'membership':
      return `brings user ${event.userId} ${event.direction} of ${event.conversationId} (try ${event.attempt})`.replace(
        'in of',
        'into',
      );
    case 'acked':
    case 'changed':
    case 'settled':
    case 'refused':
    case 'unknown':
      return outcomeText(event);
    case 'fault':
      return `fault ${event.class} (${event.name}) ${{ begin: 'begins', end: 'ends', healed: 'is healed' }[event.phase]}`;
    case 'gauges':
      return `the server holds ${JSON.stringify(event.gauges)}`;
    default:
      return heardText(event, about);
  }
}

type Heard = EventOf<
  | 'pushed'
  | 'text'
  | 'page'
  | 'resumed'
  | 'applied'
  | 'displayed'
  | 'cursor'
  | 'lost'
  | 'regained'
  | 'session-ended'
  | 'presence'
>;

function heardText(event: Heard, about: Subject): string {
  switch (event.event) {
    case 'pushed':
      return `is pushed ${pushText(event.push)}`;
    case 'text':
      return `receives ${shortened(event.text)}`;
    case 'page':
      return pageText(event, about);
    case 'resumed':
      return `says hello and is told ${event.isReset ? 'to begin anew' : event.heads.map(headText).join(', ')}`;
    case 'applied':
      return `applies ${event.conversationId} from version ${event.from} to ${event.to} by ${event.by}`;
    case 'displayed':
      return `displays ${messageText(event.message)}`;
    case 'cursor':
      return `cursor of user ${event.userId} in ${event.conversationId} ${event.by}: delivered ${event.deliveredSeq}, read ${event.readSeq}`;
    case 'lost':
      return `loses its connection${event.reason === undefined ? '' : ` (${event.reason})`}`;
    case 'regained':
      return 'is connected';
    case 'session-ended':
      return 'has its session ended';
    case 'presence':
      return `hears that user ${event.presence.userId} is ${event.presence.isOnline ? 'online' : 'offline'}`;
  }
}

function outcomeText(event: EventOf<OutcomeEvent['event']>): string {
  const of = `try ${event.attempt}`;
  switch (event.event) {
    case 'acked':
      return `${of} is acked: message ${event.ack.seq}, version ${event.ack.version}, id ${event.ack.id}`;
    case 'changed':
      return `${of} is acked: version ${event.version}`;
    case 'settled':
      return `${of} is answered`;
    case 'refused':
      return `${of} is refused: ${event.code}`;
    case 'unknown':
      return `${of} ends without an answer`;
  }
}

function pageText({ via, conversationId, items, head, after }: EventOf<'page'>, { seq }: Subject): string {
  const from = after === undefined ? '' : ` after version ${after}`;
  const upTo = head === undefined ? '' : `, ${headText({ conversationId, ...head })}`;
  const one = items.find((item) => item.seq === seq);
  const has = seq === undefined ? '' : one === undefined ? `, without message ${seq}` : `, with ${messageText(one)}`;
  return `reads ${items.length} of ${conversationId} by ${via}${from}${upTo}${has}`;
}

function pushText(push: Push): string {
  if (push.push === 'message.changed') return messageText(push.message);
  return `${push.push}${'conversationId' in push ? ` of ${push.conversationId}` : ''}${'version' in push ? `, version ${push.version}` : ''}`;
}

function headText(head: { readonly conversationId: number; readonly seq: number; readonly version: number }): string {
  return `${head.conversationId} ends at message ${head.seq}, version ${head.version}`;
}

function messageText({ conversationId, seq, version, clientMsgId, content }: Shown): string {
  const of = version === undefined ? '' : ` version ${version}`;
  return `message ${seq}${of} of ${conversationId} (${clientMsgId}): ${quoted(content)}`;
}

function quoted(content: Content): string {
  return content.type === 'text' ? shortened(content.text) : content.type;
}

function shortened(text: string): string {
  const [line = ''] = text.split('\n', 1);
  return JSON.stringify(line.length > textCharsMax ? `${line.slice(0, textCharsMax)}…` : line);
}
