import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { ConversationAvatar } from '../avatar/conversation-avatar.tsx';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';
import { PresenceText } from '../presence/presence-text.tsx';
import { Field } from '../settings/field.tsx';
import { overlays } from '../shell/overlay.ts';
import type { DetailsProps } from './details-props.ts';
import { rightsIn } from './rights.ts';

/** What the conversation is, and the form that changes it for those who may. */
export function About({ conversation, view }: DetailsProps) {
  const { t } = useTranslation();
  const [isEditing, setEditing] = useState(false);
  if (isEditing) return <AboutForm conversation={conversation} view={view} onDone={() => setEditing(false)} />;
  const { peer } = view;
  return (
    <section className="details-about">
      <ConversationAvatar view={view} size={72} />
      <h3 dir="auto">{view.name}</h3>
      <p className="muted">
        {peer === undefined ? (
          t('conversation.members', { count: view.memberCount })
        ) : (
          <PresenceText userId={peer.id} />
        )}
      </p>
      {view.topic !== '' && (
        <p className="details-topic" dir="auto">
          {view.topic}
        </p>
      )}
      {peer !== undefined && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => overlays.open({ type: 'profile', userId: peer.id })}
        >
          {t('profile.title')}
        </button>
      )}
      {rightsIn(view).mayEdit && (
        <button type="button" className="button button-quiet" onClick={() => setEditing(true)}>
          {t('details.edit')}
        </button>
      )}
    </section>
  );
}

function AboutForm({ conversation, view, onDone }: DetailsProps & { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const saving = useAction();
  const [title, setTitle] = useState(view.name);
  const [topic, setTopic] = useState(view.topic);
  const [isListed, setListed] = useState(view.conversation.isListed);
  const isOpenKind = view.kind === 'room' || view.kind === 'channel';
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    saving.run(async () => {
      await conversation.update({ title: title.trim(), topic: topic.trim(), ...(isOpenKind ? { isListed } : {}) });
      onDone();
    });
  };
  return (
    <form className="details-section" onSubmit={save}>
      <Field label={t('details.name')} value={title} onChange={setTitle} required maxLength={100} dir="auto" />
      <Field label={t('details.topic')} value={topic} onChange={setTopic} maxLength={500} dir="auto" />
      {isOpenKind && (
        <label className="check">
          <input type="checkbox" checked={isListed} onChange={(event) => setListed(event.target.checked)} />
          {t('details.listed')}
        </label>
      )}
      <Problem error={saving.error} />
      <div className="details-buttons">
        <button type="button" className="button button-quiet" onClick={onDone}>
          {t('app.cancel')}
        </button>
        <button type="submit" className="button button-primary" disabled={saving.isRunning || title.trim() === ''}>
          {t('app.save')}
        </button>
      </div>
    </form>
  );
}
