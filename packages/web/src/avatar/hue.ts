const hues = [15, 45, 75, 115, 145, 165, 195, 225, 255, 285, 315, 345] as const;

/** One of twelve hues, the same for a user everywhere. Neighbouring ids get hues far apart. */
export function hueOf(id: number): number {
  return hues[(id * 5) % hues.length] ?? hues[0];
}
