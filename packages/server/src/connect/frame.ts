/** What a transport writes: text on a WebSocket, a whole packet on TCP, a whole event on a stream. */
export type Frame = string | Uint8Array;
