const lookEveryMs = 200;

/** What became of every message: what was acknowledged, and what each receiver was told. */
export class Journal {
  readonly latenciesMs: number[] = [];
  /** Sends that ended otherwise than with an ack, by what they ended with. */
  readonly failures = new Map<string, number>();
  readonly violations: string[] = [];
  /** Texts by conversation and seq: as acknowledged, and as the first receiver was told. */
  private readonly acked = new Map<string, string>();
  private readonly told = new Map<string, string>();
  /** The last seq each receiver was told, by receiver and conversation. */
  private readonly last = new Map<string, number>();
  private readonly receivers = new Map<number, Set<string>>();
  sent = 0;
  /** Sends without an end when nobody waited any longer. */
  unanswered = 0;

  /** Somebody listens to a conversation that stands at `seq`. */
  listens(receiver: string, conversationId: number, seq: number): void {
    this.receivers.set(conversationId, (this.receivers.get(conversationId) ?? new Set()).add(receiver));
    this.last.set(`${receiver} ${conversationId}`, seq);
  }

  acknowledged(conversationId: number, seq: number, text: string): void {
    const key = `${conversationId} ${seq}`;
    if (this.acked.has(key)) this.violations.push(`Two messages were acknowledged as ${key}.`);
    this.acked.set(key, text);
  }

  heard(receiver: string, { conversationId, seq, text }: { conversationId: number; seq: number; text: string }): void {
    const place = `${receiver} ${conversationId}`;
    const before = this.last.get(place) ?? 0;
    if (seq !== before + 1) this.violations.push(`${receiver} was told ${seq} of ${conversationId} after ${before}.`);
    this.last.set(place, seq);
    const key = `${conversationId} ${seq}`;
    const first = this.told.get(key);
    if (first === undefined) this.told.set(key, text);
    else if (first !== text) this.violations.push(`${receiver} was told another text as ${key}.`);
  }

  /** Nobody waits for an answer any longer. */
  close(): void {
    const failed = [...this.failures.values()].reduce((sum, count) => sum + count, 0);
    this.unanswered = this.sent - this.latenciesMs.length - failed;
  }

  /** Resolves when every receiver was told everything that was acknowledged, or `patienceMs` have passed. */
  async complete(patienceMs: number): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    while (this.lost().length > 0 && performance.now() < giveUpAt) await Bun.sleep(lookEveryMs);
  }

  /** What is acknowledged and somebody was not told, or was told otherwise. */
  lost(): readonly string[] {
    const heads = this.heads();
    const missing = [...this.last].flatMap(([place, seq]) => {
      const head = heads.get(Number(place.split(' ')[1])) ?? 0;
      return seq < head ? [`${place} stands at ${seq} of ${head}.`] : [];
    });
    const others = [...this.acked].flatMap(([key, text]) =>
      this.told.get(key) === text ? [] : [`${key} is not what was acknowledged.`],
    );
    return [...missing, ...others];
  }

  get deliveries(): number {
    return [...this.acked.keys()].reduce(
      (sum, key) => sum + (this.receivers.get(Number(key.split(' ')[0]))?.size ?? 0),
      0,
    );
  }

  private heads(): ReadonlyMap<number, number> {
    const heads = new Map<number, number>();
    for (const key of this.acked.keys()) {
      const [conversationId = 0, seq = 0] = key.split(' ').map(Number);
      heads.set(conversationId, Math.max(heads.get(conversationId) ?? 0, seq));
    }
    return heads;
  }
}
