import { ParleyError, type ParamsInput, type Result } from '@parley/protocol';

export type Sending = ParamsInput<'message.send'>;
export type SendNow = (message: Sending) => Promise<Result<'message.send'>>;

interface Batch {
  readonly messages: readonly Sending[];
  isOut: boolean;
}

/**
 * What a plain client has to send, in order per conversation. A single message is sent again, with its key, until it is answered,
 * and nothing overtakes it [D2, D3]. A burst goes out without waiting for answers; of one whose connection went away, some may
 * have been refused and others stored, so that sending any again would change their order: it is left as it is.
 */
export class SendLanes {
  readonly #sendNow: SendNow;
  readonly #acked: (conversationId: number, seq: number) => void;
  readonly #lanes = new Map<number, Batch[]>();

  constructor(sendNow: SendNow, acked: (conversationId: number, seq: number) => void) {
    this.#sendNow = sendNow;
    this.#acked = acked;
  }

  get isEmpty(): boolean {
    return [...this.#lanes.values()].every((lane) => lane.length === 0);
  }

  /** Takes one message, or a burst of one conversation. */
  put(messages: readonly Sending[], isOnline: boolean): void {
    const [first] = messages;
    if (first === undefined) return;
    const lane = this.#lanes.get(first.conversationId) ?? [];
    this.#lanes.set(first.conversationId, lane);
    lane.push({ messages, isOut: false });
    if (isOnline) this.#pump(lane);
  }

  /** Connected: what waits goes. */
  resume(): void {
    for (const lane of this.#lanes.values()) this.#pump(lane);
  }

  #pump(lane: Batch[]): void {
    const batch = lane[0];
    if (batch === undefined || batch.isOut) return;
    batch.isOut = true;
    void this.#transmit(lane, batch);
  }

  async #transmit(lane: Batch[], batch: Batch): Promise<void> {
    const outcomes = await Promise.all(batch.messages.map((message) => this.#outcome(message)));
    batch.isOut = false;
    const isLost = outcomes.includes('lost');
    if (isLost && batch.messages.length === 1) return;
    if (!isLost && outcomes[0] === 'doubtful' && batch.messages.length === 1) return this.#pump(lane);
    lane.shift();
    if (!isLost) this.#pump(lane);
  }

  async #outcome(message: Sending): Promise<'done' | 'lost' | 'doubtful'> {
    try {
      const { seq } = await this.#sendNow(message);
      this.#acked(message.conversationId, seq);
      return 'done';
    } catch (error) {
      if (!(error instanceof ParleyError)) return 'lost';
      return error.code === 'deadline-exceeded' || error.code === 'internal' ? 'doubtful' : 'done';
    }
  }
}
