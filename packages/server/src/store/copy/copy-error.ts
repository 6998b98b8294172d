/** A copy that cannot go on; the message is for people, and says what to do. */
export class CopyError extends Error {
  override readonly name: string = 'CopyError';
}

/** The two stores are not the same after the copy. */
export class CopyDifference extends CopyError {
  override readonly name = 'CopyDifference';
}
