import type { PersonName, PlaceName } from '../world.ts';

/** What somebody does at a moment of the run; `pick`, from 0 to less than 1, chooses among what there is then. */
export type Act =
  | { readonly kind: 'send'; readonly place: PlaceName; readonly count: number; readonly isReply: boolean }
  | { readonly kind: 'edit' | 'recall'; readonly place: PlaceName; readonly pick: number }
  | { readonly kind: 'react' | 'unreact'; readonly place: PlaceName; readonly pick: number; readonly emoji: string }
  | { readonly kind: 'read'; readonly place: PlaceName; readonly pick: number }
  | { readonly kind: 'mark-read'; readonly place: PlaceName }
  | { readonly kind: 'add' | 'kick'; readonly place: PlaceName; readonly person: PersonName }
  | { readonly kind: 'leave'; readonly place: PlaceName }
  /** Writes a few messages, is gone without a goodbye the moment they are kept, and is back after a while. */
  | { readonly kind: 'reopen'; readonly place: PlaceName; readonly writes: number; readonly awayMs: number };

export interface Step {
  readonly atMs: number;
  readonly act: Act;
}

/** What somebody does besides chatting: bringing the visitor in and out, or looking and writing where they may not. */
export type Duty = 'add' | 'kick' | 'leave' | 'spy' | 'trespass';
