import { commandList, ParleyError, type CommandName, type ParamsInput, type WireError } from '@parley/protocol';
import type { Edge } from '../network/edge.ts';
import type { Person } from '../world.ts';
import type { Act } from './act.ts';
import { commandOf, type Asked } from './command-of.ts';
import type { Device, DeviceParts, Promised } from './device.ts';
import { RecentSeqs } from './recent-seqs.ts';
import { Tap } from './tap.ts';

const answerMs = 10_000;
const retryMs = { min: 50, max: 400 } as const;
/** Acts that wait; a real back end would refuse its own callers. */
const waitingMax = 200;

/** A back end that talks HTTP, one request at a time; a message is sent again until it is answered. */
export class HttpDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly edge: Edge;
  readonly holdsSocket = false;
  readonly #parts: DeviceParts;
  readonly #recent = new RecentSeqs();
  readonly #closing = new AbortController();
  readonly #waiting: Asked[] = [];
  #isWorking = false;
  #sent = 0;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.person = parts.person;
    this.edge = parts.edge;
  }

  async start(): Promise<void> {
    await this.served(AbortSignal.timeout(answerMs));
  }

  act(act: Act): void {
    if (act.kind === 'send') for (let count = 0; count < act.count; count++) this.#put(this.#message(act));
    const asked = commandOf(act, this.#parts, this.#recent);
    if (asked !== undefined) this.#put(asked);
  }

  async served(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const response = await this.#fetch('GET', '/me').catch(() => undefined);
      await response?.arrayBuffer();
      if (response?.ok === true) return;
      await Bun.sleep(20);
    }
  }

  hurry(): void {
    // It waits for nothing but answers.
  }

  unrest(): string | undefined {
    return this.#isWorking ? `${this.#waiting.length + 1} requests` : undefined;
  }

  truth(): undefined {
    return undefined;
  }

  promised(): readonly Promised[] {
    return [];
  }

  async close(): Promise<void> {
    this.#waiting.length = 0;
    this.#closing.abort();
  }

  #message({ place }: Extract<Act, { kind: 'send' }>): Asked {
    const conversationId = this.#parts.world.places[place];
    const text = this.#parts.bodies.next(conversationId, this.#parts.random);
    const clientMsgId = `${this.name}-${++this.#sent}`;
    return { command: 'message.send', params: { conversationId, clientMsgId, content: { type: 'text', text } } };
  }

  #put(asked: Asked): void {
    if (this.#waiting.length >= waitingMax) return;
    this.#waiting.push(asked);
    if (!this.#isWorking) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let asked = this.#waiting.shift(); asked !== undefined; asked = this.#waiting.shift()) {
      while (!(await this.#isDone(asked)) && !this.#closing.signal.aborted)
        await Bun.sleep(this.#parts.random.between(retryMs.min, retryMs.max));
    }
    this.#isWorking = false;
  }

  /** Only of a message it matters to know: it is sent again, with its key, when its fate is unknown. [D2] */
  async #isDone(asked: Asked): Promise<boolean> {
    const tap = new Tap(this.#parts.history, { device: this.name, userId: this.person.id });
    tap.sent(JSON.stringify({ id: 1, ...asked }));
    const answer = await this.#ask(asked).catch(() => undefined);
    if (answer === undefined) {
      tap.unanswered();
      return asked.command !== 'message.send';
    }
    tap.received(JSON.stringify({ id: 1, ...answer }));
    if ('result' in answer && asked.command === 'message.send')
      this.#recent.add(asked.params.conversationId, (answer.result as { seq: number }).seq);
    return 'result' in answer || !new ParleyError(answer.error.code).retryable || asked.command !== 'message.send';
  }

  async #ask({ command, params }: Asked): Promise<{ readonly result: unknown } | { readonly error: WireError }> {
    const { method, path, body } = requestOf(command, params);
    const response = await this.#fetch(method, path, body);
    const answer: unknown = await response.json();
    return response.ok ? { result: answer } : { error: answer as WireError };
  }

  #fetch(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.edge.port}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.person.token}`, 'content-type': 'application/json' },
      signal: AbortSignal.any([AbortSignal.timeout(answerMs), this.#closing.signal]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** The route of a command, filled in. */
function requestOf<Name extends CommandName>(command: Name, params: ParamsInput<Name>) {
  const route = commandList.find(({ name }) => name === command)?.http;
  if (route === undefined) throw new Error(`${command} has no route.`);
  const rest = new Map(Object.entries(params));
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => {
    const value = String(rest.get(name));
    rest.delete(name);
    return encodeURIComponent(value);
  });
  const fields = Object.fromEntries(rest);
  if (route.method !== 'GET' && route.method !== 'DELETE') return { method: route.method, path, body: fields };
  const query = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString();
  return { method: route.method, path: query === '' ? path : `${path}?${query}` };
}
