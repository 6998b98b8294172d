import type { MessageState } from '@parley/sdk';
import { useTranslation } from 'react-i18next';

const marks: Readonly<Record<Exclude<MessageState, 'received'>, string>> = {
  sending: 'M8 4.5v4l2.5 1.5M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z',
  sent: 'm3.5 8.5 3 3 6-7',
  delivered: 'm1.5 8.5 3 3 6-7m-2.7 6.3.7.7 6-7',
  read: 'm1.5 8.5 3 3 6-7m-2.7 6.3.7.7 6-7',
  failed: 'M8 4.5v4m0 2.5v.1M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z',
};

/** How far an own message is: clock, one tick, two ticks, two accent ticks, a red mark. */
export function StateMark({ state }: { readonly state: MessageState }) {
  const { t } = useTranslation();
  if (state === 'received') return null;
  return (
    <svg
      className="state-mark"
      data-state={state}
      width={16}
      height={16}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      role="img"
      aria-label={t(`state.${state}`)}
    >
      <path d={marks[state]} />
    </svg>
  );
}
