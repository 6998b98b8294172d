import { expect, test } from 'bun:test';
import { closeCodes } from '@parley/protocol';
import type { NodeRef } from '../../src/presence/presence.ts';
import { HttpRpc } from '../../src/rpc/http.ts';
import { freePort } from '../free-port.ts';
import { ListedNodes, secret } from '../rpc/http-network.ts';
import { problemOf } from './problem-of.ts';
import { RawStream } from './raw-stream.ts';
import { quiet, TestNode } from './test-node.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const commandOf = (id: number, command: string, params: unknown = {}) => JSON.stringify({ id, command, params });

/** Two connect nodes that call each other over HTTP, as behind one address. */
class TwoNodes implements AsyncDisposable {
  private readonly listed = new ListedNodes();
  private readonly refs: NodeRef[] = [];
  private readonly opened: AsyncDisposable[] = [];
  private constructor() {}

  static async open(): Promise<TwoNodes & { readonly one: TestNode; readonly other: TestNode }> {
    const nodes = new TwoNodes();
    return Object.assign(nodes, { one: await nodes.start('one'), other: await nodes.start('other') });
  }

  async start(nodeId: string, bootId = `first start of ${nodeId}`): Promise<TestNode> {
    const node = { nodeId, bootId };
    const rpc = new HttpRpc({ node, secret, nodes: this.listed, log: quiet });
    const port = rpc.listen({ hostname: '127.0.0.1', port: await freePort() });
    this.listed.set({ ...node, address: `http://127.0.0.1:${port}`, isDraining: false });
    this.forget(nodeId);
    this.refs.push(node);
    const started = new TestNode({ node, rpc, connectNodes: async () => this.refs });
    this.opened.push(rpc, started);
    return started;
  }

  forget(nodeId: string): void {
    const index = this.refs.findIndex((node) => node.nodeId === nodeId);
    if (index >= 0) this.refs.splice(index, 1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.opened.toReversed()) await each[Symbol.asyncDispose]();
  }
}

test('D2 D3 POSTs that come to another node are taken by the one that has the stream, once and in their order', async () => {
  await using nodes = await TwoNodes.open();
  const { one, other } = nodes;
  const stream = await RawStream.open(one.port);
  expect((await stream.post(commandOf(1, 'session.hello', { token: '4' }), { port: other.port })).status).toBe(204);
  expect(await stream.json()).toMatchObject({ id: 1, result: { userId: 4 } });
  for (let index = 0; index < 20; index++) {
    const at = index % 2 === 0 ? one : other;
    expect((await stream.post(commandOf(index + 2, 'message.send', { index }), { port: at.port })).status).toBe(204);
  }
  for (const at of [one, other])
    expect((await stream.post(commandOf(9, 'x'), { port: at.port, number: 5 })).status).toBe(204);
  for (let index = 0; index < 20; index++) expect(await stream.json()).toEqual({ id: index + 2, result: { index } });
  expect(one.logic.batches.flat()).toHaveLength(21);
  expect(other.logic.batches).toEqual([]);
});

test('what is refused where the stream is, is refused everywhere: bodies that are no frames, and POSTs that are missing', async () => {
  await using nodes = await TwoNodes.open();
  const { one } = nodes;
  const { port } = nodes.other;
  const stream = await RawStream.signedIn(one, 1);
  const answer = await stream.post(new Uint8Array([0xff, 0xfe]), { port, number: 2 });
  expect(await problemOf(answer)).toEqual([400, 'invalid-frame']);
  expect(await stream.json()).toMatchObject({ id: 0, error: { code: 'invalid-frame' } });
  expect(await problemOf(await stream.post('{}', { port, headers: { 'Parley-Frames': '-1' } }))).toEqual([
    422,
    'invalid-params',
  ]);
  expect(await problemOf(await stream.post('{}', { port, number: 9 }))).toEqual([409, 'frames-missing']);
  expect((await stream.closeFrame()).code).toBe(closeCodes['frames-missing'].code);
  expect(await problemOf(await stream.post('{}', { port, number: 2 }))).toEqual([404, 'unknown-stream']);
});

test('to know where a stream is gives no right to it: without its secret nothing is taken on any node', async () => {
  await using nodes = await TwoNodes.open();
  const { one, other } = nodes;
  const [stream, stranger] = [await RawStream.signedIn(one, 1), await RawStream.signedIn(other, 2)];
  const [home = '', key = ''] = stream.id.split('.');
  const [strangersHome = '', strangersKey = ''] = stranger.id.split('.');
  const guesses = [
    [home, `${home}.`, `.${key}`, key],
    [`${home}.${strangersKey}`, `${strangersHome}.${key}`, `${home}.${'A'.repeat(43)}`],
    ['one', 'one.', '000000000000.x', '__proto__.x', `${home}.${key}.x`],
  ].flat();
  for (const id of guesses)
    for (const { port } of [one, other]) {
      const answer = await stream.post(commandOf(2, 'message.send'), { port, headers: { 'Parley-Stream': id } });
      expect([id, ...(await problemOf(answer))]).toEqual([id, 404, 'unknown-stream']);
    }
  expect([one, other].flatMap(({ logic }) => logic.batches)).toHaveLength(2);
});

test('a stream whose node is gone, or was started anew, is unknown, so that its client opens another one', async () => {
  await using nodes = await TwoNodes.open();
  const { one, other } = nodes;
  const stream = await RawStream.signedIn(one, 1);
  nodes.forget('one');
  expect(await problemOf(await stream.post('{}', { port: other.port }))).toEqual([404, 'unknown-stream']);
  const again = await nodes.start('one', 'second start of one');
  for (const at of [other, again])
    expect((await problemOf(await stream.post('{}', { port: at.port })))[1]).toBe('unknown-stream');
  stream.destroy();
  while (one.connect.numbers().connections > 0) await nextTurn();
  expect((await problemOf(await stream.post('{}', { port: other.port })))[1]).toBe('unknown-stream');
});
