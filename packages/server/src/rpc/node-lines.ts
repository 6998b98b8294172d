import type { NodeLine, RpcNode } from './node-line.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { rendezvous } from './rendezvous.ts';
import { serviceMethods, type ServiceName } from './rpc.ts';

/** Where the nodes of a service are: what a registry knows. */
export interface NodeSource {
  /** Calls at once with what is, then after every change. Returns the function that stops it. */
  watch(role: ServiceName, onChange: (nodes: readonly RpcNode[]) => void): () => void;
}

/** The lines to all listed nodes, and which of them a call takes. */
export class NodeLines {
  private readonly open: (node: RpcNode) => NodeLine;
  private readonly listed = new Map<ServiceName, readonly RpcNode[]>();
  /** By node id. */
  private readonly lines = new Map<string, NodeLine>();
  private readonly stops: readonly (() => void)[];

  constructor(source: NodeSource, open: (node: RpcNode) => NodeLine) {
    this.open = open;
    const roles = Object.keys(serviceMethods) as ServiceName[];
    this.stops = roles.map((role) => source.watch(role, (nodes) => this.list(role, nodes)));
  }

  /** Undefined: no node that could take it. */
  find({ target, recipient, tried }: OutgoingCall): NodeLine | undefined {
    const { nodeId, key } = recipient;
    if (nodeId !== undefined) return this.linesOf(target.role).find((line) => line.nodeId === nodeId);
    const lines = this.takers(target.role).filter(({ node }) => !tried.has(node.bootId));
    return key === undefined ? leastLoaded(lines) : rendezvous(key, lines);
  }

  /** The node a key belongs to now. */
  homeOf(role: ServiceName, key: string): string | undefined {
    return rendezvous(key, this.takers(role))?.nodeId;
  }

  close(): void {
    for (const stop of this.stops) stop();
    for (const line of this.lines.values()) line.close();
  }

  /** Those that are well; without one, those that may be soon. A node that leaves is the last choice. */
  private takers(role: ServiceName): readonly NodeLine[] {
    const lines = this.linesOf(role);
    for (const line of lines) line.probe();
    const staying = lines.filter(({ node }) => !node.isDraining);
    for (const health of ['well', 'unsure'] as const)
      for (const candidates of [staying, lines]) {
        const found = candidates.filter((line) => line.health === health);
        if (found.length > 0) return found;
      }
    return [];
  }

  private linesOf(role: ServiceName): readonly NodeLine[] {
    return (this.listed.get(role) ?? []).map((node) => this.lineTo(node));
  }

  private lineTo(node: RpcNode): NodeLine {
    const known = this.lines.get(node.nodeId);
    if (known !== undefined) return known;
    const line = this.open(node);
    this.lines.set(node.nodeId, line);
    return line;
  }

  private list(role: ServiceName, nodes: readonly RpcNode[]): void {
    this.listed.set(role, nodes);
    const current = new Map([...this.listed.values()].flat().map((each) => [each.nodeId, each]));
    for (const [nodeId, line] of this.lines) {
      const node = current.get(nodeId);
      if (node !== undefined && isSameStart(node, line.node)) continue;
      this.lines.delete(nodeId);
      line.retire();
    }
  }
}

function isSameStart(one: RpcNode, other: RpcNode): boolean {
  return one.bootId === other.bootId && one.address === other.address;
}

function leastLoaded(lines: readonly NodeLine[]): NodeLine | undefined {
  const load = Math.min(...lines.map((line) => line.load));
  const least = lines.filter((line) => line.load === load);
  return least[Math.floor(Math.random() * least.length)];
}
