import { useTranslation } from 'react-i18next';
import { languages, setLanguage, type Language } from '../i18n/index.ts';
import { setTheme, useTheme, type Theme } from '../theme.ts';
import { Choice } from './choice.tsx';
import { Section } from './section.tsx';

const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** How the page looks on this device. */
export function AppearanceSection() {
  const { t, i18n } = useTranslation();
  const theme = useTheme();
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';
  return (
    <Section title={t('settings.appearance')}>
      <Choice
        label={t('settings.theme')}
        value={theme}
        options={themes.map((name) => [name, t(`settings.themes.${name}`)] as const)}
        onChange={setTheme}
      />
      <Choice
        label={t('settings.language')}
        value={language}
        options={Object.entries(languages) as [Language, string][]}
        onChange={(next) => void setLanguage(next)}
      />
    </Section>
  );
}
