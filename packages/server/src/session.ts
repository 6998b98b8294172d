/** Who a command comes from: one signed-in device of one user. Made by `logic` alone. */
export interface Session {
  readonly userId: number;
  readonly deviceId: number;
  readonly userName: string;
  readonly displayName: string;
  readonly kind: 'person' | 'guest' | 'bot';
  readonly isAdmin: boolean;
  readonly expiresAt: number;
}
