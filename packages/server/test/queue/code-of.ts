/** The code of what it rejects with, or `resolved`. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  );
}
