import { quiet } from '../../test/connect/test-node.ts';
import { HttpRpc } from './http.ts';
import type { RpcNode } from './node-line.ts';
import { rpcConformance } from './rpc.conformance.ts';

const secret = '0123456789abcdef0123456789abcdef';

rpcConformance('http', {
  async open({ deadlineMs }) {
    const node = { nodeId: 'callee', bootId: 'boot-1' };
    const listed: RpcNode[] = [];
    const nodes = {
      watch: (_role: string, onChange: (nodes: readonly RpcNode[]) => void) => (onChange(listed), () => undefined),
    };
    const shared = { secret, log: quiet, deadlineMs, nodes };
    const callee = new HttpRpc({ ...shared, node });
    const port = callee.listen({ hostname: '127.0.0.1', port: 0 });
    listed.push({ ...node, address: `http://127.0.0.1:${port}`, isDraining: false });
    const caller = new HttpRpc({ ...shared, node: { nodeId: 'caller', bootId: 'boot-2' } });
    return { caller, callee, calleeNodeId: 'callee' };
  },
});
