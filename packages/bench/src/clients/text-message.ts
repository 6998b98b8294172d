const text =
  'The quick brown fox jumps over the lazy dog, and then it does it again, because nobody looked the first time. 再来一次吧。';
const content = JSON.stringify({ type: 'text', text });

/** The parameters of `message.send` with about 140 bytes of text, as our SDK would write them. */
export function textMessage(conversationId: number): string {
  return `{"conversationId":${conversationId},"clientMsgId":"${Bun.randomUUIDv7()}","content":${content}}`;
}
