import { useClient } from '@parley/sdk/react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Content } from '@parley/sdk';
import { fullTime, useLanguage } from '../format/time.ts';
import { Problem } from '../load/problem.tsx';
import { usePages } from '../load/use-pages.ts';
import { Markdown } from '../markdown/markdown.tsx';
import { Panel } from '../panel/panel.tsx';
import type { Overlay } from '../shell/overlay.ts';
import './message-info.css';

interface Revision {
  readonly content: Content;
  /** Absent: it is the text now. */
  readonly replacedAt?: number;
}

/** What an edited message said before, the newest first. */
export default function Revisions({ overlay }: { readonly overlay: Extract<Overlay, { type: 'revisions' }> }) {
  const { t } = useTranslation();
  const { conversationId, seq } = overlay;
  const client = useClient();
  const language = useLanguage();
  const revisions = usePages<Revision>(
    useCallback(
      async (_cursor, signal) => {
        const conversation = client.conversation(conversationId);
        const [now, earlier] = await Promise.all([
          conversation.message(seq, { signal }),
          conversation.revisions(seq, { signal }),
        ]);
        return { items: [{ content: now.content }, ...earlier.toReversed()] };
      },
      [client, conversationId, seq],
    ),
  );
  return (
    <Panel title={t('revisions.title')}>
      <ol className="dialog-body revisions">
        {revisions.items.map((revision) => (
          <li key={revision.replacedAt ?? 0}>
            <p className="hint">
              {revision.replacedAt === undefined
                ? t('revisions.now')
                : t('revisions.replaced', { when: fullTime(revision.replacedAt, language) })}
            </p>
            {revision.content.type === 'text' && (
              <div dir="auto">
                <Markdown text={revision.content.text} />
              </div>
            )}
          </li>
        ))}
        <li>
          <Problem error={revisions.error} />
        </li>
      </ol>
    </Panel>
  );
}
