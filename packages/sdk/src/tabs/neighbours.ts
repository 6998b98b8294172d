/**
 * What the tabs of one origin have of each other: locks that the browser frees when a tab ends, however it ends, and channels
 * that reach everybody else who listens. Both stop at the origin and its storage partition.
 */
export interface Neighbours {
  /**
   * Resolves once the lock is had. `if-free`: undefined when somebody has it. `take-away`: from whoever has it.
   * `signal` ends the waiting. @throws the signal's reason
   */
  lock(name: string, options?: LockOptions): Promise<Lock | undefined>;
  /** `heard` is called with what others post, in the order of each of them. At most once: whoever does not listen hears nothing. */
  channel(name: string, heard: (message: unknown) => void): NeighbourChannel;
  /** A name that tells nothing of the text it stands for. */
  digest(text: string): Promise<string>;
  /** What this tab keeps over a reload, and no other tab has. */
  readonly memory: { get(): string | undefined; set(name: string): void };
  /** Calls `listener` when this page ends or is put aside. */
  onHide(listener: () => void): void;
}

export interface LockOptions {
  readonly mode?: 'wait' | 'if-free' | 'take-away';
  readonly signal?: AbortSignal;
}

export interface Lock {
  /** Resolves when another took it away. */
  readonly lost: Promise<void>;
  release(): void;
}

export interface NeighbourChannel {
  post(message: unknown): void;
  close(): void;
}
