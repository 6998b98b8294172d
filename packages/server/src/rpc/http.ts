import { ParleyError } from '@parley/protocol';
import { systemClock, type Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { Deadlines } from '../deadlines.ts';
import { RpcServer } from './http-server.ts';
import { NodeLine } from './node-line.ts';
import { NodeLines, type NodeSource } from './node-lines.ts';
import { notBegun, OutgoingCall, type Recipient } from './outgoing-call.ts';
import { rpcLimits, type CommandCall, type CommandOutcome, type Rpc, type ServiceName, type Services } from './rpc.ts';
import { measured, type RpcMeter } from './rpc-meter.ts';
import { ServedRoles } from './served-roles.ts';
import { stubsOf, type Target } from './service-stubs.ts';
import { joinOutcomes, splitCommands } from './split-commands.ts';

export interface HttpRpcOptions {
  /** This process, as the registry lists it. */
  readonly node: { readonly nodeId: string; readonly bootId: string };
  /** What nodes show each other; the same for all of them. */
  readonly secret: string;
  readonly nodes: NodeSource;
  readonly log: Log;
  readonly clock?: Clock;
  readonly meter?: RpcMeter;
  readonly deadlineMs?: number;
  /** A node that has not begun a request by then hangs. */
  readonly hungMs?: number;
}

export const httpRpcLimits = {
  /** 128 bits in hexadecimal. */
  secretCharsMin: 32,
  hungMs: 1_000,
  /** A list longer than this on the wire goes in pieces. */
  callCharsMax: 4 * 1_024 * 1_024,
  /** A single call that cannot be divided. `frame-too-large` */
  callCharsLimit: 20 * 1_024 * 1_024,
  stubsMax: 1_024,
} as const;

const handle: Target = { role: 'logic', method: 'handle' };

/**
 * Calls between processes over HTTP/1.1, JSON and kept sockets. Roles this process serves are called here. Calls to any node of a role
 * go to the one with the least to do, commands to the node their conversation belongs to. Only what cannot have begun, or may be done
 * twice, is tried on another node. The wire is described in `http-wire.ts`.
 */
export class HttpRpc implements Rpc {
  private readonly options: HttpRpcOptions;
  private readonly clock: Clock;
  private readonly deadlines: Deadlines;
  private readonly roles: ServedRoles;
  private readonly server: RpcServer;
  private readonly lines: NodeLines;
  private readonly anyNode: Services;
  private readonly named = new Map<string, Services>();
  private isClosed = false;

  constructor(options: HttpRpcOptions) {
    if (options.secret.length < httpRpcLimits.secretCharsMin) throw new TypeError('The service secret is too short.');
    const { node, secret, nodes, log, clock = systemClock, hungMs = httpRpcLimits.hungMs } = options;
    const deadlineMs = options.deadlineMs ?? rpcLimits.deadlineMs;
    this.options = options;
    this.clock = clock;
    this.deadlines = new Deadlines(clock, deadlineMs);
    this.roles = new ServedRoles((error, place, trace) =>
      log.error({ error, place, trace }, 'A defect in a call between roles'),
    );
    this.server = new RpcServer({ bootId: node.bootId, secret, roles: this.roles, clock, log });
    const returns = {
      giveBack: (call: OutgoingCall, line: NodeLine, why: ParleyError) => this.placeAgain(call, line, why),
      reconsider: (call: OutgoingCall) => this.place(call, notBegun('The node hangs.')),
    };
    this.lines = new NodeLines(
      nodes,
      (node) => new NodeLine({ node, secret, clock, log, deadlineMs, hungMs, ...returns }),
    );
    this.anyNode = this.stubs({});
  }

  /** Takes calls of other nodes. @returns the port. @throws what Bun throws when the port is taken. */
  listen(address: { readonly hostname: string; readonly port: number }): number {
    return this.server.listen(address);
  }

  serve<R extends ServiceName>(role: R, service: Services[R]): () => void {
    return this.roles.serve(role, service);
  }

  call<R extends ServiceName>(role: R, nodeId?: string): Services[R] {
    return (nodeId === undefined ? this.anyNode : this.stubsFor(nodeId))[role];
  }

  /** Takes no more calls of other nodes. Resolves when what they began has finished; calls from here go on. */
  drain(): Promise<void> {
    return this.server.close();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.server.close(), this.deadlines.idle()]);
    this.lines.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private stubsFor(nodeId: string): Services {
    const known = this.named.get(nodeId);
    if (known !== undefined) return known;
    if (this.named.size >= httpRpcLimits.stubsMax) this.named.clear();
    const stubs = this.stubs({ nodeId });
    this.named.set(nodeId, stubs);
    return stubs;
  }

  private stubs(recipient: Recipient): Services {
    const stubs = stubsOf(
      (target) =>
        (...args) =>
          this.start(target, args, recipient),
    );
    return { ...stubs, logic: { ...stubs.logic, handle: (calls) => this.handle(calls, recipient) } };
  }

  private handle(calls: readonly CommandCall[], recipient: Recipient): Promise<readonly CommandOutcome[]> {
    const send = (some: readonly CommandCall[], to: Recipient) =>
      this.start(handle, [some], to) as Promise<readonly CommandOutcome[]>;
    if (recipient.nodeId !== undefined || this.roles.has('logic')) return send(calls, recipient);
    const groups = splitCommands(calls, (key) => this.lines.homeOf('logic', key));
    const [only] = groups;
    if (only !== undefined && groups.length === 1) return send(calls, recipientOf(only.key));
    return joinOutcomes(groups, (group) => send(group.calls, recipientOf(group.key)));
  }

  private start(target: Target, args: readonly unknown[], recipient: Recipient): Promise<unknown> {
    if (this.isClosed) return Promise.reject(notBegun('The process is stopping.'));
    const { meter } = this.options;
    if (this.isHere(target.role, recipient))
      return measured(this.deadlines.guard(this.roles.run(target, args)), { meter, target, clock: this.clock });
    const call = new OutgoingCall(target, args, { recipient, dueMs: this.clock.monotonic() + this.deadlines.leastMs });
    if (call.text.length > httpRpcLimits.callCharsMax) return this.startDivided(call, args);
    return measured(this.send(call), { meter, target, clock: this.clock });
  }

  private isHere(role: ServiceName, { nodeId }: Recipient): boolean {
    return nodeId === undefined ? this.roles.has(role) : nodeId === this.options.node.nodeId;
  }

  /** Of the lists that calls carry, the halves are as good as the whole. */
  private async startDivided(call: OutgoingCall, [list, ...others]: readonly unknown[]): Promise<unknown> {
    if (Array.isArray(list) && list.length > 1) {
      const middle = Math.ceil(list.length / 2);
      const halves = [list.slice(0, middle), list.slice(middle)];
      const results = await Promise.all(
        halves.map((half) => this.start(call.target, [half, ...others], call.recipient)),
      );
      return results[0] === undefined ? undefined : results.flat();
    }
    if (call.text.length > httpRpcLimits.callCharsLimit) throw new ParleyError('frame-too-large');
    return this.send(call);
  }

  private send(call: OutgoingCall): Promise<unknown> {
    this.place(call, notBegun(`No node answers for ${call.target.role}.`));
    return this.deadlines.guard(call.promise);
  }

  private place(call: OutgoingCall, otherwise: ParleyError): void {
    const line = this.lines.find(call);
    if (line === undefined) call.reject(otherwise);
    else line.add(call);
  }

  private placeAgain(call: OutgoingCall, line: NodeLine, why: ParleyError): void {
    call.tried.add(line.node.bootId);
    if (this.isClosed || call.recipient.nodeId !== undefined) call.reject(why);
    else if (!call.isOver(this.clock.monotonic())) {
      this.options.meter?.retried(call.target);
      this.place(call, why);
    }
  }
}

function recipientOf(key: string | undefined): Recipient {
  return key === undefined ? {} : { key };
}
