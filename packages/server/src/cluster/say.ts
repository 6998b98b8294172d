/** Tells whoever looks on what becomes of a process, in one line. */
export type Say = (name: string, text: string) => void;
