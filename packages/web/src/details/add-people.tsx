import type { ConversationHandle, Member, User } from '@parley/sdk';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeoplePicker } from '../browse/people-picker.tsx';
import '../browse/browse.css';
import { Problem } from '../load/problem.tsx';
import { useAction } from '../load/use-action.ts';

interface AddPeopleProps {
  readonly conversation: ConversationHandle;
  readonly members: readonly Member[];
  readonly onDone: () => void;
}

export function AddPeople({ conversation, members, onDone }: AddPeopleProps) {
  const { t } = useTranslation();
  const adding = useAction();
  const [picked, setPicked] = useState<readonly User[]>([]);
  const without = useMemo(() => new Set(members.map((member) => member.user.id)), [members]);
  const add = (): void => adding.run(() => conversation.addMembers(picked.map((user) => user.id)).then(onDone));
  return (
    <div className="details-add">
      <PeoplePicker label={t('details.addPeople')} picked={picked} onChange={setPicked} without={without} />
      <Problem error={adding.error} />
      <button
        type="button"
        className="button button-primary button-wide"
        disabled={picked.length === 0 || adding.isRunning}
        onClick={add}
      >
        {picked.length === 0 ? t('details.addNone') : t('details.add', { count: picked.length })}
      </button>
    </div>
  );
}
