/** English, and the list of every text there is. */
export const en = {
  app: { tagline: 'Calm, quick conversations.', loading: 'Opening Parley…', retry: 'Try again', close: 'Close', cancel: 'Cancel', save: 'Save', back: 'Back', more: 'More', copy: 'Copy', copied: 'Copied', done: 'Done' },
  signIn: {
    title: 'Welcome to {{name}}', guest: 'Continue as guest', createAccount: 'Create account', signIn: 'Sign in', or: 'or',
    userName: 'User name', password: 'Password', displayName: 'Name people see (optional)',
    haveAccount: 'I have an account', noAccount: 'I am new here', passwordHint: 'At least 8 characters.',
    guestHint: 'No password needed. You can keep everything with an account later.', working: 'One moment…',
    ended: { 'signed-out': 'You signed out.', 'session-ended': 'This session was ended on another device. Sign in to go on; nothing was lost.', 'replaced': 'You signed in on another device, which took the place of this one.', 'account-disabled': 'This account is disabled.', 'unauthenticated': 'Your session has expired. Sign in to go on; nothing was lost.' },
  },
  errors: {
    'unknown': 'Something went wrong. Nothing was lost; try again.',
    'wrong-credentials': 'The name or the password is wrong.', 'name-taken': 'That user name is taken. Try another.', 'password-too-common': 'That password is too easy to guess. Choose another.',
    'invalid-params': 'Please check what you entered.', 'rate-limited': 'Too many tries. Wait a moment, then try again.', 'unavailable': 'The server cannot be reached. What you wrote is safe; try again.',
    'deadline-exceeded': 'The server took too long. Try again.', 'busy': 'The server is busy. Try again in a moment.', 'guests-disabled': 'This server takes no guests.', 'registration-disabled': 'This server takes no new accounts.',
    'account-disabled': 'This account is disabled.', 'forbidden': 'You are not allowed to do this.', 'not-member': 'You are not in this conversation.', 'banned': 'You are banned from this conversation.', 'muted': 'You may not write here for now.',
    'read-only': 'Only the owner and admins write here.', 'blocked': 'One of you does not accept messages from the other.', 'not-found': 'It does not exist, or you may not see it.', 'invite-invalid': 'This invitation is no longer valid. Ask for a new one.',
    'too-late': 'It is too late to change this message.', 'already-recalled': 'This message was taken back.', 'conversation-full': 'The group is full.', 'guest-not-allowed': 'Create an account first; guests cannot do this.', 'owner-cannot-leave': 'Hand the conversation over to somebody first.', 'too-many-reactions': 'There are too many different reactions already.', 'offline': 'You are offline.',
  },
} as const;
