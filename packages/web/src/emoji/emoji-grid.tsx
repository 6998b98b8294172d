import { EmojiPicker, type Emoji } from 'frimousse';
import { useTranslation } from 'react-i18next';
import './emoji.css';

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
        <EmojiPicker.List />
      </EmojiPicker.Viewport>
    </EmojiPicker.Root>
  );
}
