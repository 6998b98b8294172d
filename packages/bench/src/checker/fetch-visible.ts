import { limits, type Message, type Result } from '@parley/protocol';
import { http } from '@parley/server/test/socket-client.ts';
import type { FetchedTruth } from './truth.ts';

export interface Reader {
  readonly userId: number;
  readonly token: string;
}

/** All of a conversation that a user may read, page by page from the beginning. @throws Refused */
export async function fetchVisible(
  apiUrl: string,
  conversationId: number,
  { userId, token }: Reader,
): Promise<FetchedTruth> {
  const items: Message[] = [];
  for (;;) {
    const query = `after=${items.at(-1)?.seq ?? 0}&limit=${limits.pageMax}`;
    const url = `${apiUrl}/conversations/${conversationId}/messages?${query}`;
    const page = await http<Result<'message.history'>>(url, { token });
    items.push(...page.items);
    if (!page.hasNewer) return { userId, items, head: { seq: page.seq, version: page.version } };
  }
}
