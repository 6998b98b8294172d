import type { Language } from './texts.ts';

/** What somebody’s browser is like. */
export interface Look {
  readonly size: 'desktop' | 'phone';
  readonly language: Language;
  readonly theme?: 'light' | 'dark';
  /** Nothing moves, so that what is looked at is not half faded in. */
  readonly isStill?: boolean;
}

export const looks: readonly Look[] = [
  { size: 'desktop', language: 'en' },
  { size: 'desktop', language: 'zh' },
  { size: 'phone', language: 'en' },
  { size: 'phone', language: 'zh' },
];
export const [desktop, , phone] = looks as [Look, Look, Look, Look];
