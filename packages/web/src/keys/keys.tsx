import { useTranslation } from 'react-i18next';
import { Panel } from '../panel/panel.tsx';
import './keys.css';

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);
const mod = isApple ? '⌘' : 'Ctrl';

const keys = [
  ['switch', [mod, 'K']],
  ['search', [mod, 'Shift', 'F']],
  ['previous', ['Alt', '↑ ↓']],
  ['walk', ['↑ ↓']],
  ['send', ['Enter']],
  ['newline', ['Shift', 'Enter']],
  ['editLast', ['↑']],
  ['mention', ['@']],
  ['escape', ['Esc']],
  ['help', ['?']],
] as const;

/** Every key there is. */
export default function Keys() {
  const { t } = useTranslation();
  return (
    <Panel title={t('keys.title')} size="narrow">
      <dl className="dialog-body keys">
        {keys.map(([name, parts]) => (
          <div key={name}>
            <dt>{t(`keys.${name}`)}</dt>
            <dd>
              {parts.map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
