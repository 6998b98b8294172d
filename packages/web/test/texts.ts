import i18next from 'i18next';
import { en } from '../src/i18n/en.ts';
import { zh } from '../src/i18n/zh.ts';

export type Language = 'en' | 'zh';
export type Say = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** The page’s own texts, to find things by the names people see. @throws when there is no such text */
export function textsIn(language: Language): Say {
  const texts = i18next.createInstance();
  void texts.init({
    lng: language,
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return (key, values = {}) => {
    if (!texts.exists(key, values)) throw new Error(`There is no text ${key}.`);
    return texts.t(key, values);
  };
}
