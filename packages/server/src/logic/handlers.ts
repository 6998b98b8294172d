import { accountChangePassword } from './commands/account-change-password.ts';
import { accountClaim } from './commands/account-claim.ts';
import { accountGuest } from './commands/account-guest.ts';
import { accountRegister } from './commands/account-register.ts';
import { accountUpdate } from './commands/account-update.ts';
import { banAdd } from './commands/ban-add.ts';
import { banList } from './commands/ban-list.ts';
import { banRemove } from './commands/ban-remove.ts';
import { blockAdd } from './commands/block-add.ts';
import { blockList } from './commands/block-list.ts';
import { blockRemove } from './commands/block-remove.ts';
import { conversationBrowse } from './commands/conversation-browse.ts';
import { conversationCreate } from './commands/conversation-create.ts';
import { conversationDirect } from './commands/conversation-direct.ts';
import { conversationGet } from './commands/conversation-get.ts';
import { conversationJoin } from './commands/conversation-join.ts';
import { conversationLeave } from './commands/conversation-leave.ts';
import { conversationList } from './commands/conversation-list.ts';
import { conversationSettings } from './commands/conversation-settings.ts';
import { conversationUnwatch } from './commands/conversation-unwatch.ts';
import { conversationUpdate } from './commands/conversation-update.ts';
import { conversationWatch } from './commands/conversation-watch.ts';
import { cursorAdvance } from './commands/cursor-advance.ts';
import { deviceEnd } from './commands/device-end.ts';
import { deviceList } from './commands/device-list.ts';
import { inviteAccept } from './commands/invite-accept.ts';
import { inviteCreate } from './commands/invite-create.ts';
import { inviteGet } from './commands/invite-get.ts';
import { inviteList } from './commands/invite-list.ts';
import { inviteRevoke } from './commands/invite-revoke.ts';
import { memberAdd } from './commands/member-add.ts';
import { memberList } from './commands/member-list.ts';
import { memberMute } from './commands/member-mute.ts';
import { memberRemove } from './commands/member-remove.ts';
import { memberUpdate } from './commands/member-update.ts';
import { messageEdit } from './commands/message-edit.ts';
import { messageGet } from './commands/message-get.ts';
import { messageHide } from './commands/message-hide.ts';
import { messageHistory } from './commands/message-history.ts';
import { messageRecall } from './commands/message-recall.ts';
import { messageReceipts } from './commands/message-receipts.ts';
import { messageRevisions } from './commands/message-revisions.ts';
import { messageSearch } from './commands/message-search.ts';
import { messageSend } from './commands/message-send.ts';
import { messageSync } from './commands/message-sync.ts';
import { messageUnread } from './commands/message-unread.ts';
import { presenceCount } from './commands/presence-count.ts';
import { presenceGet } from './commands/presence-get.ts';
import { presenceWatch } from './commands/presence-watch.ts';
import { reactionAdd } from './commands/reaction-add.ts';
import { reactionRemove } from './commands/reaction-remove.ts';
import { serverInfo } from './commands/server-info.ts';
import { sessionChanges } from './commands/session-changes.ts';
import { sessionCreate } from './commands/session-create.ts';
import { sessionDelete } from './commands/session-delete.ts';
import { sessionGet } from './commands/session-get.ts';
import { sessionHello } from './commands/session-hello.ts';
import { sessionPing } from './commands/session-ping.ts';
import { typingSet } from './commands/typing-set.ts';
import { userGet } from './commands/user-get.ts';
import { userLookup } from './commands/user-lookup.ts';
import { userSearch } from './commands/user-search.ts';
import type { Handlers } from './context.ts';

/** What handles each command. */
export const handlers: Handlers = {
  'session.hello': sessionHello,
  'session.changes': sessionChanges,
  'session.ping': sessionPing,
  'presence.get': presenceGet,
  'presence.watch': presenceWatch,
  'presence.count': presenceCount,
  'server.info': serverInfo,
  'account.register': accountRegister,
  'account.guest': accountGuest,
  'account.claim': accountClaim,
  'session.create': sessionCreate,
  'session.get': sessionGet,
  'session.delete': sessionDelete,
  'account.update': accountUpdate,
  'account.changePassword': accountChangePassword,
  'device.list': deviceList,
  'device.end': deviceEnd,
  'user.get': userGet,
  'user.lookup': userLookup,
  'user.search': userSearch,
  'block.add': blockAdd,
  'block.remove': blockRemove,
  'block.list': blockList,
  'conversation.list': conversationList,
  'conversation.get': conversationGet,
  'conversation.direct': conversationDirect,
  'conversation.create': conversationCreate,
  'conversation.update': conversationUpdate,
  'conversation.browse': conversationBrowse,
  'conversation.join': conversationJoin,
  'conversation.leave': conversationLeave,
  'conversation.watch': conversationWatch,
  'conversation.unwatch': conversationUnwatch,
  'conversation.settings': conversationSettings,
  'member.list': memberList,
  'member.add': memberAdd,
  'member.remove': memberRemove,
  'member.update': memberUpdate,
  'member.mute': memberMute,
  'ban.add': banAdd,
  'ban.remove': banRemove,
  'ban.list': banList,
  'invite.create': inviteCreate,
  'invite.list': inviteList,
  'invite.get': inviteGet,
  'invite.accept': inviteAccept,
  'invite.revoke': inviteRevoke,
  'message.send': messageSend,
  'message.edit': messageEdit,
  'message.recall': messageRecall,
  'message.hide': messageHide,
  'reaction.add': reactionAdd,
  'reaction.remove': reactionRemove,
  'message.history': messageHistory,
  'message.get': messageGet,
  'message.revisions': messageRevisions,
  'message.sync': messageSync,
  'message.search': messageSearch,
  'message.receipts': messageReceipts,
  'cursor.advance': cursorAdvance,
  'typing.set': typingSet,
  'message.unread': messageUnread,
};
