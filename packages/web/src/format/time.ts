import { useTranslation } from 'react-i18next';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language, options);
  formats.set(key, known);
  return known;
}

/** Days since 1970 in this machine’s time zone: equal on the same calendar day. */
export function dayOf(time: number): number {
  const date = new Date(time);
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

export function clock(time: number, language: string): string {
  return format(language, { hour: language === 'en' ? 'numeric' : '2-digit', minute: '2-digit' }).format(time);
}

/** The day of a separator: “Today”, “Yesterday”, a weekday within the week, else the date. */
export function dayName(time: number, now: number, language: string): string {
  const days = dayOf(now) - dayOf(time);
  if (days >= 0 && days <= 1)
    return capital(new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-days, 'day'));
  if (days > 1 && days < 7) return format(language, { weekday: 'long' }).format(time);
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(language, { day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }) }).format(time);
}

/** For the list of conversations: the time today, a weekday within the week, else a short date. */
export function shortTime(time: number, now: number, language: string): string {
  const days = dayOf(now) - dayOf(time);
  if (days <= 0) return clock(time, language);
  if (days < 7) return format(language, { weekday: 'short' }).format(time);
  const isThisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(
    language,
    isThisYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'numeric', year: '2-digit' },
  ).format(time);
}

/** The whole moment, for tooltips and screen readers. */
export function fullTime(time: number, language: string): string {
  return format(language, { dateStyle: 'full', timeStyle: 'short' }).format(time);
}

/** “3 minutes ago”. */
export function ago(time: number, now: number, language: string): string {
  const seconds = Math.max(0, Math.round((now - time) / 1_000));
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (seconds < 60) return relative.format(0, 'minute');
  if (seconds < 3_600) return relative.format(-Math.floor(seconds / 60), 'minute');
  return seconds < 86_400
    ? relative.format(-Math.floor(seconds / 3_600), 'hour')
    : relative.format(-Math.floor(seconds / 86_400), 'day');
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

/** The language of times, as the page’s texts have it. */
export function useLanguage(): string {
  const { i18n } = useTranslation();
  return i18n.language === 'zh' ? 'zh-CN' : 'en';
}
