const lineBreaks = /\r\n|\r|\n/g;

/** One event of a `text/event-stream`; without a name it is a frame. */
export function streamEvent(text: string, name?: string): Uint8Array {
  const head = name === undefined ? '' : `event: ${name}\n`;
  return Buffer.from(`${head}data: ${text.replace(lineBreaks, '\ndata: ')}\n\n`);
}

/** Says nothing, and keeps the stream open wherever it passes. */
export const streamComment: Uint8Array = Buffer.from(':\n\n');
