/** What a value is made of: the types of its fields, and of a list those of its first item. */
export type Shape = string | readonly [Shape] | readonly [] | { readonly [field: string]: Shape };

export function shapeOf(value: unknown): Shape {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, shapeOf(inner)]));
}

/** What of `old` is not in `value` as it was, as paths. What is new beside it is fine: contracts only grow. */
export function missingOf(old: Shape, value: Shape, path = ''): string[] {
  if (typeof old === 'string') return old === value ? [] : [path];
  if (Array.isArray(old)) {
    if (!Array.isArray(value)) return [path];
    const [item] = old as readonly [Shape?];
    const [now] = value as readonly [Shape?];
    return item === undefined ? [] : now === undefined ? [`${path}/0`] : missingOf(item, now, `${path}/0`);
  }
  if (typeof value !== 'object' || Array.isArray(value)) return [path];
  const fields = value as Readonly<Record<string, Shape>>;
  return Object.entries(old as Readonly<Record<string, Shape>>).flatMap(([field, inner]) => {
    const now = fields[field];
    return now === undefined ? [`${path}/${field}`] : missingOf(inner, now, `${path}/${field}`);
  });
}
