/**
 * The node a key belongs to: always the same while it is among them, and when nodes come or go only the keys of those move.
 * https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
export function rendezvous<Node extends { readonly nodeId: string }>(
  key: string,
  nodes: readonly Node[],
): Node | undefined {
  let best: Node | undefined;
  let bestScore = -1;
  for (const node of nodes) {
    const score = Bun.hash.xxHash32(`${key} ${node.nodeId}`);
    if (score <= bestScore) continue;
    best = node;
    bestScore = score;
  }
  return best;
}
