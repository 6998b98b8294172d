import { EmojiPicker, type Emoji, type EmojiPickerListEmojiProps, type EmojiPickerListRowProps } from 'frimousse';
import { useTranslation } from 'react-i18next';
import './emoji.css';

/** The library counts rows and columns from 0; ARIA counts from 1. */
const fromOne = (index: unknown): number => Number(index ?? 0) + 1;

const parts = {
  Row: ({ children, ...props }: EmojiPickerListRowProps) => (
    <div {...props} aria-rowindex={fromOne(props['aria-rowindex'])}>
      {children}
    </div>
  ),
  Emoji: ({ emoji, ...props }: EmojiPickerListEmojiProps) => (
    <button {...props} type="button" role="gridcell" aria-colindex={fromOne(props['aria-colindex'])}>
      {emoji.emoji}
    </button>
  ),
};

/** Every emoji, searchable. Its data are files of this origin (public/emoji). */
export default function EmojiGrid({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const { t, i18n } = useTranslation();
  return (
    <EmojiPicker.Root
      className="emoji-grid"
      locale={i18n.language === 'zh' ? 'zh' : 'en'}
      columns={8}
      emojibaseUrl="/emoji"
      onEmojiSelect={({ emoji }: Emoji) => onPick(emoji)}
    >
      <EmojiPicker.Search
        className="input"
        placeholder={t('composer.emojiSearch')}
        aria-label={t('composer.emojiSearch')}
        autoFocus
      />
      <EmojiPicker.Viewport className="emoji-viewport">
        <EmojiPicker.Loading className="hint">{t('app.loading')}</EmojiPicker.Loading>
        <EmojiPicker.Empty className="hint">{t('composer.emojiNone')}</EmojiPicker.Empty>
        <EmojiPicker.List components={parts} />
      </EmojiPicker.Viewport>
    </EmojiPicker.Root>
  );
}
