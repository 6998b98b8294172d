/**
 * Sockets for those behind a proxy that lets no WebSocket through: frames to the client are the events of one long answer,
 * frames to the server are posted. The words of it that both sides need.
 */
export const streamHeaders = {
  /** Which stream a POST belongs to: what the first event told. A secret, so it never stands in a URL. */
  id: 'Parley-Stream',
  /** The POSTs of a stream are numbered from 1, and a repeated one keeps its number. */
  number: 'Parley-Frames',
} as const;

/** Names of the events that are no frame. */
export const streamEvents = {
  /** The first: `StreamOpening`. */
  open: 'open',
  /** The last: `StreamClosing`. */
  close: 'close',
} as const;

export interface StreamOpening {
  readonly streamId: string;
}

/** What a WebSocket’s close frame says. */
export interface StreamClosing {
  readonly code: number;
  readonly reason: string;
}
