import { useId } from 'react';

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  readonly isDisabled?: boolean;
}

/** One of a few, all in sight. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  isDisabled = false,
}: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className="choice" role="radiogroup" aria-labelledby={id}>
      <span id={id} className="choice-label">
        {label}
      </span>
      <span className="choice-options">
        {options.map(([option, text]) => (
          <label key={option} className="choice-option">
            <input
              type="radio"
              className="visually-hidden"
              name={id}
              value={option}
              checked={option === value}
              disabled={isDisabled}
              onChange={() => onChange(option)}
            />
            <span>{text}</span>
          </label>
        ))}
      </span>
    </div>
  );
}
