/** What a transport writes: text on a WebSocket, a whole packet on TCP. */
export type Frame = string | Uint8Array;
