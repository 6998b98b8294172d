import type { IconName } from '../icons/icon.tsx';
import { overlays } from '../shell/overlay.ts';
import type { MessageActions } from './use-message-actions.ts';

export interface ActionItem {
  readonly name: 'reply' | 'edit' | 'copy' | 'receipts' | 'hide' | 'recall';
  readonly icon: IconName;
  readonly run: () => void;
  readonly isDanger: boolean;
}

/** The actions of a message in the order menus show them. */
export function actionItems(actions: MessageActions): readonly ActionItem[] {
  const { receipts } = actions;
  const all: readonly (readonly [ActionItem['name'], IconName, (() => void) | undefined])[] = [
    ['reply', 'reply', actions.reply],
    ['edit', 'edit', actions.edit],
    ['copy', 'copy', actions.copy],
    [
      'receipts',
      'check',
      receipts === undefined
        ? undefined
        : () => overlays.open({ type: 'receipts', conversationId: receipts.conversation.id, seq: receipts.seq }),
    ],
    ['hide', 'trash', actions.hide],
    ['recall', 'undo', actions.recall],
  ];
  return all.flatMap(([name, icon, run]) =>
    run === undefined ? [] : [{ name, icon, run, isDanger: name === 'recall' || name === 'hide' }],
  );
}
