/** TCP framings, told apart by a packet's first two bytes: the seed's `v1` (16-bit length) and ours, `v2` (32-bit). */
export type PacketVersion = 'v1' | 'v2';
