import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Tables } from '../store/schema.ts';

type Scalar = string | number | null;
export type QueryArguments = Readonly<Record<string, Scalar | readonly Scalar[]>>;

/** Stands for an argument while a query is built; its value is put in its place at every run. */
class Slot {
  readonly name: string;
  readonly index: number | undefined;

  constructor(name: string, index?: number) {
    this.name = name;
    this.index = index;
  }
}

/** Builds the query from placeholders typed like the arguments. */
export type BuildQuery<Args extends QueryArguments, Row> = (db: Kysely<Tables>, slot: Args) => Compilable<Row>;
/** Runs it in the database or in a transaction. An empty list among the arguments finds nothing. */
export type PreparedQuery<Args extends QueryArguments, Row> = (db: Kysely<Tables>, args: Args) => Promise<Row[]>;

/**
 * A query that is built and compiled once per database, not per run: building costs more than running. Lists are filled up to
 * a power of two with their last value, so that few different texts exist.
 * @example const byId = prepared<{ ids: number[] }, { id: number }>((db, slot) => db.selectFrom('users').select('id').where('id', 'in', slot.ids));
 */
export function prepared<Args extends QueryArguments, Row>(build: BuildQuery<Args, Row>): PreparedQuery<Args, Row> {
  // The adapter is the one object a database and its transactions share.
  const cache = new WeakMap<object, Map<string, CompiledQuery<Row>>>();
  return async (db, args) => {
    const lists = Object.entries(args).filter((entry): entry is [string, readonly Scalar[]] => Array.isArray(entry[1]));
    if (lists.some(([, list]) => list.length === 0)) return [];
    const key = lists.map(([, list]) => sizeFor(list.length)).join();
    const compiled: CompiledQuery<Row> = findOrAdd(compiledFor(cache, db), key, () =>
      build(db, slotsFor(args)).compile(),
    );
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters: fill(compiled.parameters, args) });
    return rows;
  };
}

function compiledFor<Row>(
  cache: WeakMap<object, Map<string, CompiledQuery<Row>>>,
  db: Kysely<Tables>,
): Map<string, CompiledQuery<Row>> {
  const { adapter } = db.getExecutor();
  const known = cache.get(adapter);
  if (known !== undefined) return known;
  const fresh = new Map<string, CompiledQuery<Row>>();
  cache.set(adapter, fresh);
  return fresh;
}

function findOrAdd<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = make();
  map.set(key, fresh);
  return fresh;
}

function slotsFor<Args extends QueryArguments>(args: Args): Args {
  const slots = Object.entries(args).map(([name, value]) => [
    name,
    Array.isArray(value) ? listSlots(name, value.length) : new Slot(name),
  ]);
  return Object.fromEntries(slots) as Args;
}

function listSlots(name: string, length: number): Slot[] {
  return Array.from({ length: sizeFor(length) }, (_, index) => new Slot(name, index));
}

function fill(parameters: readonly unknown[], args: QueryArguments): readonly unknown[] {
  return parameters.map((parameter) => (parameter instanceof Slot ? valueOf(parameter, args) : parameter));
}

function valueOf(slot: Slot, args: QueryArguments): unknown {
  const value = args[slot.name];
  return Array.isArray(value) ? value[Math.min(slot.index ?? 0, value.length - 1)] : value;
}

function sizeFor(length: number): number {
  return 2 ** Math.ceil(Math.log2(length));
}
