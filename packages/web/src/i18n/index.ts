import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';
import { zh } from './zh.ts';

export const languages = { en: 'English', zh: '中文' } as const;
export type Language = keyof typeof languages;

const key = 'parley.language';

function preferred(): Language {
  const kept = localStorage.getItem(key);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.languages.some((language) => language.toLowerCase().startsWith('zh')) ? 'zh' : 'en';
}

function apply(language: Language): void {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

/** Texts in the language kept on this device, else the browser’s. */
export async function startTexts(): Promise<void> {
  const language = preferred();
  apply(language);
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    resources: { en: { translation: en }, zh: { translation: zh } },
    interpolation: { escapeValue: false },
  });
}

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(key, language);
  apply(language);
  await i18next.changeLanguage(language);
}
