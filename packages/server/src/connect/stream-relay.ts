import type { NodeRef } from '../presence/presence.ts';
import type { PostedFrames, Rpc } from '../rpc/rpc.ts';
import { homeIn, homeOf } from './stream-id.ts';

export interface StreamRelayOptions {
  readonly rpc: Rpc;
  readonly node: NodeRef;
  readonly nodes: () => Promise<readonly NodeRef[]>;
}

/** A POST may come to another node than the one that has its stream, where both stand behind one address: it is handed on. */
export class StreamRelay {
  private readonly options: StreamRelayOptions;

  constructor(options: StreamRelayOptions) {
    this.options = options;
  }

  /** The other node that may have the stream. Undefined: none. */
  async nodeFor(streamId: string): Promise<NodeRef | undefined> {
    const home = homeIn(streamId);
    if (home === '' || home === homeOf(this.options.node)) return undefined;
    return (await this.options.nodes()).find((node) => homeOf(node) === home);
  }

  /** @throws ParleyError what the other node refuses it with · `unavailable`, `deadline-exceeded` without its answer */
  pass(posted: PostedFrames, { nodeId }: NodeRef): Promise<void> {
    return this.options.rpc.call('connect', nodeId).post(posted);
  }
}
