export type * from './contract.ts';
export type {
  Account,
  Ack,
  CloseReason,
  CommandName,
  Content,
  Conversation,
  ConversationKind,
  Device,
  ErrorCode,
  FieldError,
  Invite,
  Member,
  Membership,
  Message,
  ParamsInput,
  PresenceState,
  Push,
  Reaction,
  Result,
  Role,
  SendableContent,
  SystemEvent,
  User,
} from '@parley/protocol';
export { createClient } from './create-client.ts';
export { memoryStorage, webStorage } from './storage.ts';
export { limits, ParleyError } from '@parley/protocol';
