/** Bytes of UTF-8 a message’s text may have; the server’s own limit, known here so that one sees it while typing. */
export const textBytesMax = 8_192;

const utf8 = new TextEncoder();

export function bytesOf(text: string): number {
  return utf8.encode(text.trim()).length;
}
