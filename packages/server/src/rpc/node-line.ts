import { ParleyError } from '@parley/protocol';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { Circuit } from './circuit.ts';
import { Deadlines } from '../deadlines.ts';
import { newTrace, wire, type Answer } from './http-wire.ts';
import { readAnswers, RequestFailure, sendRequest } from './node-request.ts';
import { notBegun, unknown, type OutgoingCall } from './outgoing-call.ts';
import { PeerClock } from './peer-clock.ts';

/** A node as the registry lists it. */
export interface RpcNode {
  readonly nodeId: string;
  readonly bootId: string;
  /** `http://host:port` */
  readonly address: string;
  readonly isDraining: boolean;
}

export interface NodeLineOptions {
  readonly node: RpcNode;
  readonly secret: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly deadlineMs: number;
  readonly hungMs: number;
  /** The call did not begin here, or may begin twice: it is for another node, or for nobody. */
  readonly giveBack: (call: OutgoingCall, line: NodeLine, why: ParleyError) => void;
  /** The call waits at a node that hangs: another one may do better. */
  readonly reconsider: (call: OutgoingCall) => void;
}

export const lineLimits = {
  /** Calls that wait for one node. `busy` */
  waitingMax: 20_000,
  waitingCharsMax: 64 * 1_024 * 1_024,
  busyRetryMs: 500,
  /** In one request. */
  callsMax: 1_024,
  charsMax: 4 * 1_024 * 1_024,
  /**
   * After a request of several calls the next one gathers until so long after it began: on a busy machine each request costs a turn
   * of both processes, and shorter ones would take up what is left of it. A lone call is not delayed.
   */
  gatherMs: 5,
  /** Requests with a slow call among them, each on a socket of its own. */
  requestsMax: 64,
} as const;

/** One request and what is missing of its answers. */
interface Batch {
  readonly calls: readonly OutgoingCall[];
  readonly open: Set<OutgoingCall>;
  readonly trace: string;
  readonly abort: AbortController;
}

/**
 * All calls to one start of one node. One request at a time is on its way there, with everything that gathered during the last one; once
 * the node has begun its calls the next one leaves, whatever still runs. So calls begin in the order in which they were made. [C4]
 * The first request, and the first after a long rest, has no calls: it learns the node's clock, without which none could be told to
 * be late. [C13]
 */
export class NodeLine {
  readonly node: RpcNode;
  private readonly options: NodeLineOptions;
  private readonly circuit: Circuit;
  private readonly deadlines: Deadlines;
  private readonly hangs: Deadlines;
  private readonly peerClock = new PeerClock();
  private readonly caller = crypto.randomUUID();
  private readonly batches = new Set<Batch>();
  private waiting: OutgoingCall[] = [];
  private waitingChars = 0;
  private begun = 0;
  private requestsSent = 0;
  private isRunning = false;
  private isHung = false;
  private whenRequestEnds: (() => void) | undefined;

  constructor(options: NodeLineOptions) {
    const { node, clock, deadlineMs, hungMs } = options;
    this.node = node;
    this.options = options;
    this.circuit = new Circuit(clock);
    this.deadlines = new Deadlines(clock, deadlineMs);
    this.hangs = new Deadlines(clock, hungMs);
  }

  get nodeId(): string {
    return this.node.nodeId;
  }

  /** Calls that have no answer yet. */
  get load(): number {
    return this.waiting.length + this.begun;
  }

  /** `well`: takes work. `unsure`: hangs, or has to be asked whether it is back. `failed`: left alone for a while. */
  get health(): 'well' | 'unsure' | 'failed' {
    const { state } = this.circuit;
    if (state === 'open') return 'failed';
    return state === 'due' || this.isHung ? 'unsure' : 'well';
  }

  add(call: OutgoingCall): void {
    const { waitingMax, waitingCharsMax, busyRetryMs } = lineLimits;
    if (this.health === 'failed') this.options.giveBack(call, this, notBegun('The node has just failed.'));
    else if (this.waiting.length >= waitingMax || this.waitingChars >= waitingCharsMax)
      call.reject(new ParleyError('busy', undefined, { retryAfterMs: busyRetryMs }));
    else {
      this.waiting.push(call);
      this.waitingChars += call.text.length;
      this.wake();
    }
  }

  /** Asks a node that failed whether it is back. */
  probe(): void {
    if (this.circuit.state === 'due') this.wake();
  }

  /** The registry names the node no more, or names a later start of it: what has not left is given back. */
  retire(): void {
    this.giveBackWaiting(notBegun('The node is gone.'));
  }

  /** Drops everything. */
  close(): void {
    for (const call of this.takeWaiting(() => true)) call.reject(notBegun('The process is stopping.'));
    for (const { abort } of this.batches) abort.abort();
  }

  private wake(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    // What is called in the same turn goes along.
    queueMicrotask(() => void this.run());
  }

  private async run(): Promise<void> {
    const isClockKnown = this.peerClock.isKnown(this.options.clock.monotonic());
    if (this.circuit.state !== 'closed' || !isClockKnown) await this.send([]);
    while (this.waiting.length > 0 && this.circuit.state === 'closed') {
      const calls = this.takeCalls();
      if (calls.length > 0) await this.sendAndGather(calls);
      if (this.batches.size >= lineLimits.requestsMax) await this.requestEnd();
    }
    this.isRunning = false;
  }

  private async sendAndGather(calls: readonly OutgoingCall[]): Promise<void> {
    const { clock } = this.options;
    const nextAtMs = clock.monotonic() + lineLimits.gatherMs;
    await this.send(calls);
    const restMs = nextAtMs - clock.monotonic();
    if (calls.length > 1 && restMs > 0) await Bun.sleep(restMs);
  }

  /** Resolves when the node has begun the calls, or will not. Without calls it asks whether the node is back. */
  private async send(calls: readonly OutgoingCall[]): Promise<void> {
    const batch: Batch = { calls, open: new Set(calls), trace: newTrace(), abort: new AbortController() };
    this.batches.add(batch);
    this.begun += calls.length;
    try {
      const response = await this.begin(batch);
      this.hearClock(response);
      this.isHung = false;
      this.circuit.succeed();
      void this.finish(response, batch);
    } catch (error) {
      this.fail(batch, error);
    }
  }

  private async begin({ calls, trace, abort }: Batch): Promise<Response> {
    const isProbe = this.circuit.state !== 'closed';
    const begun = sendRequest({
      url: `${this.node.address}${wire.path}`,
      headers: this.headers(trace),
      body: `[${calls.map(({ text }) => text).join(',')}]`,
      signal: abort.signal,
    });
    // The node begins calls as they come, so one that says nothing for long hangs, however slow its calls are.
    const soon = this.hangs.guard(begun);
    if (isProbe) return soon;
    soon.catch((error: unknown) => this.hang(error));
    return this.deadlines.guard(begun);
  }

  private headers(trace: string): Readonly<Record<string, string>> {
    const leadMs = this.peerClock.leadMs(this.options.clock.monotonic());
    return {
      'Content-Type': 'application/json',
      [wire.secret]: `Bearer ${this.options.secret}`,
      [wire.boot]: this.node.bootId,
      [wire.order]: `${this.caller} ${++this.requestsSent}`,
      ...(leadMs === undefined ? {} : { [wire.lead]: String(Math.floor(leadMs)) }),
      [wire.trace]: trace,
    };
  }

  private hearClock({ headers }: Response): void {
    this.peerClock.hear(Number.parseInt(headers.get(wire.clock) ?? '', 10), this.options.clock.monotonic());
  }

  private async finish(response: Response, batch: Batch): Promise<void> {
    const answered = readAnswers(response, (answer) => this.take(batch, answer));
    try {
      await this.deadlines.guard(answered);
      this.endRequest(batch, (call) => this.lose(call, unknown('The node gave no answer.')));
    } catch (error) {
      if (error instanceof RequestFailure) this.fail(batch, error);
      // A call hangs, not the node: its caller has been told.
      else this.endRequest(batch, () => undefined);
    }
  }

  private take(batch: Batch, answer: Answer): void {
    const call = batch.calls[answer.call];
    if (call === undefined || !batch.open.delete(call)) return;
    this.begun--;
    if (answer.isUnserved === true)
      this.options.giveBack(call, this, notBegun(`The node does not serve ${call.target.role}.`));
    else if (answer.isLate === true)
      this.options.giveBack(call, this, notBegun('The call lay at the node for too long.'));
    else call.settle(answer);
  }

  /** What has no answer has ended in some way. */
  private endRequest(batch: Batch, end: (call: OutgoingCall) => void): void {
    this.batches.delete(batch);
    batch.abort.abort();
    this.begun -= batch.open.size;
    for (const call of batch.open) end(call);
    batch.open.clear();
    this.whenRequestEnds?.();
  }

  private fail(batch: Batch, error: unknown): void {
    this.isHung = false;
    const kind = error instanceof RequestFailure ? error.kind : 'lost';
    const message = error instanceof Error ? error.message : String(error);
    if (kind === 'invalid') {
      this.options.log.error({ nodeId: this.nodeId, error, trace: batch.trace }, 'A node does not understand calls');
      this.endRequest(batch, (call) => call.reject(new ParleyError('internal')));
      return;
    }
    if (this.circuit.state === 'closed')
      this.options.log.warn({ nodeId: this.nodeId, error: message, trace: batch.trace }, 'A node fails');
    this.circuit.fail();
    if (kind === 'refused')
      this.endRequest(batch, (call) => this.options.giveBack(call, this, notBegun(message, error)));
    else this.endRequest(batch, (call) => this.lose(call, unknown(message, error)));
    this.giveBackWaiting(notBegun(message, error));
  }

  /** It may have begun: only what can be made twice finds another node. */
  private lose(call: OutgoingCall, why: ParleyError): void {
    if (call.isRepeatable) this.options.giveBack(call, this, why);
    else call.reject(why);
  }

  private hang(error: unknown): void {
    if (error instanceof RequestFailure || this.isHung) return;
    this.options.log.warn({ nodeId: this.nodeId, waiting: this.waiting.length }, 'A node hangs');
    this.isHung = true;
    for (const call of this.takeWaiting((call) => call.recipient.nodeId === undefined)) this.options.reconsider(call);
  }

  private giveBackWaiting(why: ParleyError): void {
    for (const call of this.takeWaiting(() => true)) this.options.giveBack(call, this, why);
  }

  private takeWaiting(isWanted: (call: OutgoingCall) => boolean): readonly OutgoingCall[] {
    const { waiting } = this;
    this.waiting = waiting.filter((call) => !isWanted(call));
    this.waitingChars = this.waiting.reduce((chars, { text }) => chars + text.length, 0);
    return waiting.filter(isWanted);
  }

  /** The next ones, as many as fit in a request; those nobody waits for any more are left out. */
  private takeCalls(): readonly OutgoingCall[] {
    const nowMs = this.options.clock.monotonic();
    let chars = 0;
    let end = 0;
    for (const { text } of this.waiting) {
      if (end === lineLimits.callsMax || (end > 0 && chars + text.length > lineLimits.charsMax)) break;
      chars += text.length;
      end++;
    }
    const taken = this.waiting.splice(0, end);
    this.waitingChars -= chars;
    return taken.filter((call) => !call.isOver(nowMs));
  }

  private requestEnd(): Promise<void> {
    return new Promise((resolve) => (this.whenRequestEnds = resolve));
  }
}
