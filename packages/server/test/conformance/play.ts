import { RawWebSocket, type RawFrame } from '../connect/raw-websocket.ts';
import type { Person } from '../security/people.ts';
import type { ServerProcess } from '../server-process.ts';
import type { ConformanceCase, Outcome } from './conformance-case.ts';
import { opcode, ping, text } from './frame-bytes.ts';

/** How long an outcome is waited for: only a server that fails the case needs it. */
const patienceMs = 5_000;
const helloId = 1_000_001;
const watchId = 1_000_002;
const lastId = 1_000_003;
const lastPing = 'the last of all pings';

/** Signs in on a connection of its own, writes what the case says, and reads what comes of it. */
export async function play(server: ServerProcess, subject: Person, row: ConformanceCase): Promise<Outcome> {
  const socket = await RawWebSocket.open(server.ports.ws);
  const listener = new Listener(socket, subject.id);
  const isDone = listener.run();
  try {
    socket.command(helloId, 'session.hello', { token: subject.token });
    socket.command(watchId, 'conversation.watch', { conversationId: 1 });
    await listener.until(() => listener.replies.has(watchId));
    const { before = [], writes } = row;
    await writeAll(socket, before);
    await listener.until(() => listener.count >= before.length);
    await writeAll(socket, writes);
    const expected = row.deviation?.outcome ?? row.expected;
    await (expected.end === undefined ? settle(socket, listener, row) : Promise.race([isDone, Bun.sleep(patienceMs)]));
    return listener.outcome();
  } finally {
    socket.destroy();
    await isDone;
  }
}

async function writeAll(socket: RawWebSocket, writes: readonly Uint8Array[]): Promise<void> {
  for (const bytes of writes) {
    socket.socket.write(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Resolves when everything expected came, and whatever else was on its way before the answers to a last command and ping. */
async function settle(socket: RawWebSocket, listener: Listener, row: ConformanceCase): Promise<void> {
  const { said = [], refused = [], pongs = [] } = row.deviation?.outcome ?? row.expected;
  await listener.until(() => listener.count >= said.length + refused.length + pongs.length);
  socket.socket.write(ping(lastPing));
  if (row.isUnfinished === true) return listener.until(() => listener.isLastPingAnswered);
  socket.socket.write(text(JSON.stringify({ id: lastId, command: 'session.ping', params: {} })));
  await listener.until(() => listener.isLastPingAnswered && listener.replies.has(lastId));
}

/** Takes down all that the server sends. */
class Listener {
  readonly replies = new Set<number>();
  isLastPingAnswered = false;
  private readonly said: string[] = [];
  private readonly refused: string[] = [];
  private readonly pongs: string[] = [];
  private end: number | 'cut' | undefined;
  private readonly socket: RawWebSocket;
  private readonly userId: number;
  private wake = Promise.withResolvers<void>();

  constructor(socket: RawWebSocket, userId: number) {
    this.socket = socket;
    this.userId = userId;
  }

  get count(): number {
    return this.said.length + this.refused.length + this.pongs.length;
  }

  /** Resolves when the connection has ended. */
  async run(): Promise<void> {
    try {
      for (;;) this.take(await this.socket.frame());
    } catch {
      this.end ??= 'cut';
      this.wake.resolve();
    }
  }

  /** Until it is so, the connection ends, or patience does. */
  async until(isSo: () => boolean): Promise<void> {
    const patience = Bun.sleep(patienceMs).then(() => 'over' as const);
    while (!isSo() && this.end === undefined) {
      this.wake = Promise.withResolvers();
      if ((await Promise.race([this.wake.promise, patience])) === 'over') return;
    }
  }

  outcome(): Outcome {
    return {
      ...(this.said.length > 0 ? { said: this.said } : {}),
      ...(this.refused.length > 0 ? { refused: this.refused } : {}),
      ...(this.pongs.length > 0 ? { pongs: this.pongs } : {}),
      ...(this.end === undefined ? {} : { end: this.end }),
    };
  }

  private take({ opcode: kind, payload }: RawFrame): void {
    if (kind === opcode.close) this.end ??= payload.length < 2 ? 1005 : payload.readUInt16BE(0);
    if (kind === opcode.pong) this.takePong(payload.toString('latin1'));
    if (kind === opcode.text) this.takeText(JSON.parse(payload.toString()) as WireFrame);
    this.wake.resolve();
  }

  private takePong(payload: string): void {
    if (payload === lastPing) this.isLastPingAnswered = true;
    else this.pongs.push(payload);
  }

  private takeText(frame: WireFrame): void {
    if (frame.error !== undefined) this.refused.push(frame.error.code);
    else if (frame.id !== undefined) this.replies.add(frame.id);
    else if (frame.push === 'message.changed' && frame.message?.senderId === this.userId)
      this.said.push(frame.message.content.text ?? '');
  }
}

interface WireFrame {
  readonly id?: number;
  readonly error?: { readonly code: string };
  readonly push?: string;
  readonly message?: { readonly senderId: number; readonly content: { readonly text?: string } };
}
