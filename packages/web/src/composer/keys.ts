/** The part of a keyboard event that decides what Enter and Up do. */
export interface ComposerKey {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly isComposing: boolean;
  /** 229 while an input method works, in browsers that do not set `isComposing` on the last key. */
  readonly keyCode: number;
}

export type ComposerAction = 'send' | 'edit-last' | 'cancel' | 'type';

/** What a key means in the composer. While an input method composes every key is its own. */
export function actionOf(event: ComposerKey, isEmpty: boolean): ComposerAction {
  if (event.isComposing || event.keyCode === 229) return 'type';
  if (event.key === 'Enter' && !event.shiftKey) return 'send';
  if (event.key === 'ArrowUp' && isEmpty) return 'edit-last';
  return event.key === 'Escape' ? 'cancel' : 'type';
}
