import { useTyping } from '@parley/sdk/react';
import { useTranslation } from 'react-i18next';
import { useName } from '../message/preview.ts';

/** Who is typing: one name, two, or how many. Its place is always kept, so that nothing jumps. */
export function TypingLine({ id }: { readonly id: number }) {
  const [first, second, ...others] = useTyping(id);
  return (
    <p className="typing-line">
      {first !== undefined && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <TypingText first={first} second={second} others={others.length} />
        </>
      )}
    </p>
  );
}

function TypingText({
  first,
  second,
  others,
}: {
  readonly first: number;
  readonly second: number | undefined;
  readonly others: number;
}) {
  const { t } = useTranslation();
  const name = useName(first);
  const other = useName(second ?? 0);
  if (second === undefined) return <span>{t('typing.one', { name })}</span>;
  return <span>{others === 0 ? t('typing.two', { name, other }) : t('typing.many', { name, count: others + 1 })}</span>;
}
