import { limits, ParleyError, streamHeaders } from '@parley/protocol';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const digits = /^[1-9]\d{0,14}$/;

/** The number of a POST among those of its stream. @throws ParleyError `invalid-params` */
export function numberOf({ headers }: Request): number {
  const number = headers.get(streamHeaders.number) ?? '';
  if (!digits.test(number))
    throw new ParleyError('invalid-params', `The header ${streamHeaders.number} must be an integer from 1.`);
  return Number(number);
}

/** The frames of a POST, one a line. @throws ParleyError `frame-too-large`, `invalid-frame` */
export async function framesOf(request: Request): Promise<readonly string[]> {
  if (Number(request.headers.get('content-length') ?? 0) > limits.streamPostBytesMax) throw tooLarge();
  const bytes = await bytesOf(request);
  if (bytes.byteLength > limits.streamPostBytesMax) throw tooLarge();
  const lines = textOf(bytes).split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > limits.streamPostFramesMax) throw tooLarge();
  return lines;
}

function tooLarge(): ParleyError {
  return new ParleyError(
    'frame-too-large',
    `A POST takes ${limits.streamPostFramesMax} frames and ${limits.streamPostBytesMax} bytes at most.`,
  );
}

async function bytesOf(request: Request): Promise<ArrayBuffer> {
  try {
    return await request.arrayBuffer();
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'The body ended too early.', { cause });
  }
}

function textOf(bytes: ArrayBuffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new ParleyError('invalid-frame', 'The body is not UTF-8.', { cause });
  }
}
