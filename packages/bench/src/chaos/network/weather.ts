/** What happens to the bytes of an edge. Conditions add up; `clear` is none of them. */
export interface Weather {
  /** Each read arrives this much later, and up to `jitterMs` more; the order stays. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Bytes a second, each way; Infinity: as many as there are. */
  readonly bytesPerSecond: number;
  /** Reads are gathered for this long and written as one. */
  readonly glueMs: number;
  /** Written in pieces of 1 to this many bytes; 0: as they come. */
  readonly sliceBytesMax: number;
  /**
   * What the client sends (up) or the server (down) is taken and goes nowhere, without a word to either side: one-way loss; both:
   * a half-open connection. What was swallowed makes the stream useless, so an edge cuts such connections when the weather clears.
   */
  readonly isSilentUp: boolean;
  readonly isSilentDown: boolean;
  /** Stops reading from the server: its buffers fill. Nothing is lost. */
  readonly isDeaf: boolean;
  /** New connections are reset. */
  readonly isRefusing: boolean;
}

export const clear: Weather = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Infinity,
  glueMs: 0,
  sliceBytesMax: 0,
  isSilentUp: false,
  isSilentDown: false,
  isDeaf: false,
  isRefusing: false,
};
