const opening = '⟦c';
const pattern = /⟦c(\d+)\.(\d+)⟧/g;

/** A text to put into a body: it tells, wherever it turns up, which conversation and which message it was written for. [I10] */
export interface Canary {
  readonly conversationId: number;
  /** Numbers the bodies written for the conversation in this run. */
  readonly body: number;
}

export function canaryText({ conversationId, body }: Canary): string {
  return `${opening}${conversationId}.${body}⟧`;
}

export function canariesIn(text: string): Canary[] {
  if (!text.includes(opening)) return [];
  return [...text.matchAll(pattern)].map(([, conversationId, body]) => ({
    conversationId: Number(conversationId),
    body: Number(body),
  }));
}
