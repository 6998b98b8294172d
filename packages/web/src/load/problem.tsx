import { useErrorText } from '../i18n/error-text.ts';

/** What went wrong, said as soon as it is there; nothing while all is well. */
export function Problem({ error }: { readonly error: unknown }) {
  const errorText = useErrorText();
  return (
    <p className="problem" role="alert">
      {error === undefined ? '' : errorText(error)}
    </p>
  );
}
