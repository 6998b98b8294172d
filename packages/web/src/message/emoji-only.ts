const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const emoji = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\ufe0f?\u20e3)/u;

/** Whether a text is one to three emoji and nothing else: it is shown large. */
export function isEmojiOnly(text: string): boolean {
  const compact = text.replaceAll(/\s/g, '');
  if (compact.length === 0 || compact.length > 60) return false;
  const clusters = [...segmenter.segment(compact)];
  return clusters.length <= 3 && clusters.every(({ segment }) => emoji.test(segment));
}
