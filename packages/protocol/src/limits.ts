/**
 * Every limit a client can meet. Each has one error code, named beside it.
 * Sizes are bytes of UTF-8 unless the name says otherwise; times are milliseconds.
 */
export const limits = {
  /** One WebSocket frame or TCP packet. `frame-too-large` */
  frameBytesMax: 65_536,
  /** Text of a message. `invalid-params` */
  textBytesMax: 8_192,
  /** JSON of a custom message. `invalid-params` */
  customBytesMax: 8_192,
  /** `invalid-params` */
  mentionsMax: 20,
  userNameCharsMin: 2,
  userNameCharsMax: 32,
  displayNameCharsMax: 64,
  bioCharsMax: 280,
  titleCharsMax: 100,
  topicCharsMax: 500,
  passwordCharsMin: 8,
  passwordCharsMax: 128,
  clientMsgIdCharsMax: 64,
  searchCharsMax: 100,
  /** Different emoji on one message. `too-many-reactions` */
  reactionKindsMax: 20,
  /** User ids listed per emoji; the count is always exact. */
  reactionUsersShown: 50,
  /** Emoji are at most this many UTF-16 units, so joined families fit. */
  reactionCharsMax: 32,
  /** Items of one page. */
  pageMax: 100,
  pageDefault: 50,
  /** Rows of one sync page. */
  syncPageMax: 200,
  /** Conversations in one `changes` answer; beyond it the answer is `isReset`. */
  changesMax: 200,
  /** Members of a group. `conversation-full` */
  groupMembersMax: 1_000,
  /** Users invited by name in one command. */
  inviteNamesMax: 100,
  /** Conversations one user is an active member of. `too-many-conversations` */
  conversationsPerUserMax: 5_000,
  /** Devices of one user; the longest unused one makes room. */
  devicesPerUserMax: 20,
  blocksMax: 1_000,
  invitesPerConversationMax: 50,
  /** Users in one lookup or presence watch. */
  lookupMax: 200,
  /** Users one connection watches at a time. `too-many-subscriptions` */
  presenceWatchMax: 200,
  /** Conversations one connection listens to at a time. `too-many-subscriptions` */
  subscriptionsMax: 1_000,
  /** Rooms one connection keeps open on screen at a time. `too-many-subscriptions` */
  roomsWatchedMax: 50,
  /** Commands of one connection whose reply is outstanding. `busy` */
  commandsInFlightMax: 256,
  /** Unread is counted up to here. */
  unreadMax: 1_000,
  /** From the socket's opening to a valid `session.hello`. Close code 4400 */
  authDeadlineMs: 10_000,
  /** A client sends something at least this often; the server does, too. */
  heartbeatIntervalMs: 30_000,
  /** Silence after which either side gives the socket up. */
  heartbeatTimeoutMs: 75_000,
  /** How often `typing.set` is worth repeating, and when it is taken as over. */
  typingRefreshMs: 4_000,
  typingExpiresMs: 6_000,
  /** The author may edit or recall this long; owners and admins recall any time. `too-late` */
  editWindowMs: 48 * 3_600_000,
  recallWindowMs: 48 * 3_600_000,
  /** Bytes waiting for one socket. Close code 4002 */
  socketBufferBytesMax: 1_048_576,
  /** One POST of frames to an event stream. `frame-too-large` */
  streamPostBytesMax: 262_144,
  /** Frames of one such POST. `frame-too-large` */
  streamPostFramesMax: 256,
  /** An event stream carries something at least this often, so that no intermediary takes it for dead. */
  streamBeatMs: 15_000,
} as const;
