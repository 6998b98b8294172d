import { SeedTcp, seedPost, SeedWebSocket } from '@parley/server/test/seed-client.ts';
import type { Edge } from '../network/edge.ts';
import { seedRoomId, type Person } from '../world.ts';
import type { Act } from './act.ts';
import type { Device, DeviceParts, Promised } from './device.ts';

const retryMs = { min: 100, max: 600 } as const;

/** gochat's page or its TCP client, as they are: they sign in, listen, and write without hearing what became of it. */
export class SeedDevice implements Device {
  readonly name: string;
  readonly person: Person;
  readonly edge: Edge;
  readonly holdsSocket = true;
  readonly #parts: DeviceParts;
  readonly #way: 'websocket' | 'tcp';
  readonly #stored: string[] = [];
  #client: SeedWebSocket | SeedTcp | undefined;
  #working: Promise<void> = Promise.resolve();
  #isClosed = false;
  #sending = 0;

  constructor(parts: DeviceParts, way: 'websocket' | 'tcp') {
    this.#parts = parts;
    this.name = parts.name;
    this.person = parts.person;
    this.edge = parts.edge;
    this.#way = way;
  }

  async start(): Promise<void> {
    await this.#enter();
    this.#working = this.#stay();
  }

  /** Whatever it is told to do, it can only write to its room. */
  act(act: Act): void {
    if (act.kind === 'reopen') return this.#client?.close();
    if (act.kind !== 'send') return;
    const text = this.#parts.bodies.next(seedRoomId, this.#parts.random);
    if (this.#way === 'tcp') this.#client?.send({ op: 3, authToken: this.person.token, roomId: seedRoomId, msg: text });
    else void this.#post(text);
  }

  async served(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#client?.isClosed === false) return;
      await Bun.sleep(20);
    }
  }

  hurry(): void {
    // It comes back within a moment in any case.
  }

  unrest(): string | undefined {
    if (this.#client?.isClosed !== false) return 'not connected';
    return this.#sending > 0 ? `${this.#sending} requests` : undefined;
  }

  truth(): undefined {
    return undefined;
  }

  promised(): readonly Promised[] {
    return this.#stored.map((text) => ({ conversationId: seedRoomId, text }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#client?.close();
    await this.#working;
  }

  async #stay(): Promise<void> {
    while (!this.#isClosed) {
      await this.#client?.closed;
      if (!this.#isClosed) await this.#enter().catch(() => undefined);
      if (this.#client?.isClosed === true) await Bun.sleep(this.#parts.random.between(retryMs.min, retryMs.max));
    }
  }

  async #enter(): Promise<void> {
    const kind = this.#way === 'tcp' ? SeedTcp : SeedWebSocket;
    const client = await kind.open(this.edge.port);
    this.#client = client;
    client.onFrame = (text) => this.#parts.history.record({ event: 'text', device: this.name, text });
    const token = { authToken: this.person.token, roomId: seedRoomId };
    client.send(this.#way === 'tcp' ? { op: 6, ...token } : token);
    await client.push((push) => push.op === 5 && push.roomId === seedRoomId);
  }

  /** The page writes over HTTP; `ok` is all it hears. */
  async #post(msg: string): Promise<void> {
    this.#sending++;
    const body = { authToken: this.person.token, roomId: seedRoomId, msg };
    const { api } = this.#parts.deployment.entrances[0] ?? { api: 0 };
    const answer = await seedPost(api, '/push/pushRoom', body).catch(() => undefined);
    if (answer?.code === 0) this.#stored.push(msg);
    this.#sending--;
  }
}
