import { useId, type KeyboardEvent, type RefObject } from 'react';
import { Icon } from '../icons/icon.tsx';

interface SearchFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  readonly field?: RefObject<HTMLInputElement | null>;
  /** The list that arrow keys walk through, and the option they are at. */
  readonly controls?: string;
  readonly activeId?: string | undefined;
}

/** One line to search in, with its sign. */
export function SearchField({ label, value, onChange, onKeyDown, field, controls, activeId }: SearchFieldProps) {
  const id = useId();
  const combobox =
    controls === undefined
      ? {}
      : {
          role: 'combobox',
          'aria-expanded': true,
          'aria-controls': controls,
          'aria-activedescendant': activeId,
          'aria-autocomplete': 'list' as const,
        };
  return (
    <div className="search-field">
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <Icon name="search" size={16} />
      <input
        {...combobox}
        ref={field}
        id={id}
        type="search"
        className="input"
        dir="auto"
        value={value}
        placeholder={label}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
