/** One record a line: `["key","value"]` sets, `["key"]` deletes. */
export function encodeRecord(...record: readonly [key: string, value?: string]): string {
  return `${JSON.stringify(record)}\n`;
}

export function encodeLog(values: ReadonlyMap<string, string>): string {
  return [...values].map((entry) => encodeRecord(...entry)).join('');
}

export interface DecodedLog {
  readonly values: Map<string, string>;
  /** Every line could be read, the last one to its end. */
  readonly isWhole: boolean;
}

/** What can be read of a log; a damaged line stands for itself alone. */
export function decodeLog(text: string): DecodedLog {
  const values = new Map<string, string>();
  const lines = text.split('\n');
  let isWhole = lines.pop() === '';
  for (const line of lines) {
    const record = decodeRecord(line);
    if (record === undefined) isWhole = false;
    else if (record.length === 1) values.delete(record[0]);
    else values.set(...record);
  }
  return { values, isWhole };
}

function decodeRecord(line: string): readonly [string] | readonly [string, string] | undefined {
  try {
    const record: unknown = JSON.parse(line);
    if (!Array.isArray(record) || !record.every((part) => typeof part === 'string')) return undefined;
    const [key, value, ...rest] = record;
    if (key === undefined || rest.length > 0) return undefined;
    return value === undefined ? [key] : [key, value];
  } catch {
    return undefined;
  }
}
