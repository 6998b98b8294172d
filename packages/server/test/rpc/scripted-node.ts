import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { HttpRpc } from '../../src/rpc/http.ts';
import type { CommandCall, CommandOutcome } from '../../src/rpc/rpc.ts';
import { quiet } from '../connect/test-node.ts';

/** What the process is started with, as JSON. */
export interface ScriptedNodeOptions {
  readonly nodeId: string;
  readonly bootId: string;
  readonly secret: string;
  readonly port: number;
  /** Shared by the nodes of a test. */
  readonly folder: string;
}

const hangs = new Promise<never>(() => undefined);

/** Serves calls whose answers show where and in which order they began. */
class ScriptedNode {
  private readonly options: ScriptedNodeOptions;
  private readonly begun = new Map<string, number>();
  private readonly versions: number[] = [];

  constructor(options: ScriptedNodeOptions) {
    this.options = options;
  }

  serve(rpc: HttpRpc): void {
    rpc.serve('logic', {
      handle: (calls) => Promise.all(calls.map((call) => this.handle(call))),
      closed: async () => undefined,
      heads: async ([conversationId = 0]) => {
        this.note('heads');
        if (this.isFirst()) return hangs;
        return [{ conversationId, version: 1, seq: 1 }];
      },
      membersAmong: async (listeners) => listeners.map((each) => ({ ...each, version: 1, seq: 1 })),
    });
    rpc.serve('connect', {
      deliver: async (batch) => {
        for (const { push } of batch) if (push.push === 'conversation.head') this.versions.push(push.version);
      },
      listeners: async () => ({ userIds: this.versions, count: this.versions.length }),
      subscribe: async () => undefined,
      end: async () => undefined,
      post: async () => undefined,
    });
  }

  private async handle({ command, params }: CommandCall): Promise<CommandOutcome> {
    if (command === 'begun') return { result: { begun: this.begun.get((params as { name: string }).name) ?? 0 } };
    this.note(command);
    if (command === 'hang') return hangs;
    return { result: { nodeId: this.options.nodeId, ...(params as object) } };
  }

  private note(name: string): void {
    this.begun.set(name, (this.begun.get(name) ?? 0) + 1);
  }

  /** Whether no node of the test was asked for heads before. */
  private isFirst(): boolean {
    const path = join(this.options.folder, 'asked');
    if (existsSync(path)) return false;
    writeFileSync(path, '');
    return true;
  }
}

if (import.meta.main) {
  const options = JSON.parse(process.argv[2] ?? '') as ScriptedNodeOptions;
  const { nodeId, bootId, secret, port } = options;
  const nodes = { watch: () => () => undefined };
  const rpc = new HttpRpc({ node: { nodeId, bootId }, secret, nodes, log: quiet, clock: systemClock });
  new ScriptedNode(options).serve(rpc);
  process.stdout.write(`${rpc.listen({ hostname: '127.0.0.1', port })}\n`);
}
