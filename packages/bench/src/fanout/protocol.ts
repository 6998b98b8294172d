/** What the generator tells the server under test. */
export type Order =
  | { readonly do: 'burst'; readonly frames: number }
  | { readonly do: 'cpu' }
  | { readonly do: 'stop' };

/** What the server under test tells the generator. */
export type News =
  | { readonly is: 'ready'; readonly port: number }
  | { readonly is: 'sent'; readonly frameBytes: number }
  | { readonly is: 'cpu'; readonly seconds: number; readonly residentBytes: number };

export const contestants = ['parley', 'bare'] as const;
export type Contestant = (typeof contestants)[number];
