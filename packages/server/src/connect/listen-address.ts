export interface ListenAddress {
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
  /** Other processes may listen on it, too: the kernel divides who comes among them. */
  readonly isShared?: boolean;
}
