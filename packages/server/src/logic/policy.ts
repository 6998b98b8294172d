/** What an installation chooses. */
export interface Policy {
  readonly serverName: string;
  readonly serverVersion: string;
  readonly hasGuests: boolean;
  readonly hasRegistration: boolean;
  readonly devices: 'unlimited' | 'one-per-platform' | 'single';
  readonly sessionTtlMs: number;
  readonly hasRateLimits: boolean;
}
