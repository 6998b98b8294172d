/** What the server said instead of doing it. Its `code` is S3's own, such as `NoSuchBucket` or `AccessDenied`. */
export class S3Refusal extends Error {
  override readonly name = 'S3Refusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(`The server of the files answers ${status}${code === '' ? '' : ` ${code}`}.`);
    this.status = status;
    this.code = code;
  }
}

/** Reads the beginning of the answer only: nothing more is known there. */
export async function refusalOf(answer: Response): Promise<S3Refusal> {
  const reader = answer.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  const [, code = ''] = /<Code>(\w{1,64})<\/Code>/.exec(new TextDecoder().decode(value)) ?? [];
  return new S3Refusal(answer.status, code);
}
