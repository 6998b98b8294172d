import { useTranslation } from 'react-i18next';
import { en } from './en.ts';

/** What happened, in the user’s language; never a bare code. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => t(`errors.${codeOf(error)}` as 'errors.unknown');
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
  return code in en.errors ? code : 'unknown';
}
