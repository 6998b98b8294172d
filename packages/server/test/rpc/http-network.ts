import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { HttpRpc } from '../../src/rpc/http.ts';
import type { Network, RemoteNode } from '../../src/rpc/network.conformance.ts';
import type { RpcNode } from '../../src/rpc/node-line.ts';
import type { NodeSource } from '../../src/rpc/node-lines.ts';
import { quiet } from '../connect/test-node.ts';
import { freePort } from '../free-port.ts';
import type { ScriptedNodeOptions } from './scripted-node.ts';

export const secret = '0123456789abcdef0123456789abcdef';
const program = join(import.meta.dir, 'scripted-node.ts');

/** A list of nodes in the test's hands; every role is looked for at all of them. */
export class ListedNodes implements NodeSource {
  private readonly nodes = new Map<string, RpcNode>();
  private readonly watchers = new Set<(nodes: readonly RpcNode[]) => void>();

  watch(_role: string, onChange: (nodes: readonly RpcNode[]) => void): () => void {
    this.watchers.add(onChange);
    onChange([...this.nodes.values()]);
    return () => void this.watchers.delete(onChange);
  }

  set(node: RpcNode): void {
    this.nodes.set(node.nodeId, node);
    for (const tell of this.watchers) tell([...this.nodes.values()]);
  }
}

/** A caller in this process, and nodes in processes of their own. */
export function openNetwork(limits: { readonly deadlineMs: number; readonly hungMs: number }): Network {
  const nodes = new ListedNodes();
  const folder = mkdtempSync(join(tmpdir(), 'parley-rpc-'));
  const started: NodeProcess[] = [];
  const callerOf = (nodeId: string, secretOf: string): HttpRpc =>
    new HttpRpc({ node: { nodeId, bootId: 'boot' }, secret: secretOf, nodes, log: quiet, ...limits });
  const caller = callerOf('caller', secret);
  const stranger = callerOf('stranger', secret.toUpperCase());
  return {
    caller,
    stranger,
    async start(nodeId) {
      const node = new NodeProcess(nodes, { nodeId, secret, folder, port: await freePort() });
      started.push(node);
      await node.restart();
      node.list();
      return node;
    },
    async close() {
      await Promise.all(started.map((node) => node.kill()));
      await Promise.all([caller.close(), stranger.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

class NodeProcess implements RemoteNode {
  private readonly nodes: ListedNodes;
  private readonly options: Omit<ScriptedNodeOptions, 'bootId'>;
  private process: Subprocess | undefined;
  bootId = '';

  constructor(nodes: ListedNodes, options: Omit<ScriptedNodeOptions, 'bootId'>) {
    this.nodes = nodes;
    this.options = options;
  }

  get nodeId(): string {
    return this.options.nodeId;
  }

  async kill(): Promise<void> {
    this.process?.kill('SIGKILL');
    await this.process?.exited;
  }

  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    this.bootId = crypto.randomUUID();
    const options = JSON.stringify({ ...this.options, bootId: this.bootId });
    const process_ = Bun.spawn([process.execPath, program, options], { stdout: 'pipe', stderr: 'inherit' });
    this.process = process_;
    const { done } = await process_.stdout.getReader().read();
    if (done) throw new Error('The node did not start.');
  }

  list(): void {
    const { nodeId, port } = this.options;
    this.nodes.set({ nodeId, bootId: this.bootId, address: `http://127.0.0.1:${port}`, isDraining: false });
  }
}
