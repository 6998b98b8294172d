import type { Command } from './command.ts';
import { SchemaBook, type JsonSchema } from './schema-book.ts';

/** One field of a command's params, and where an HTTP request carries it. */
export interface Parameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly isRequired: boolean;
  /** A number in the URL. */
  readonly isInteger: boolean;
  readonly schema: JsonSchema;
}

/** Where each field of a command's params goes over HTTP: named in the path, else the query (GET, DELETE), else the body. */
export function parametersOf(
  command: Command,
  book: SchemaBook = new SchemaBook('draft-2020-12'),
): readonly Parameter[] {
  const { http } = command;
  if (http === undefined) return [];
  const inPath = new Set([...http.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  const elsewhere = http.method === 'GET' || http.method === 'DELETE' ? 'query' : 'body';
  const schema = book.resolve(book.input(command.params));
  const required = new Set(schema['required'] as readonly string[] | undefined);
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    place: inPath.has(name) ? 'path' : elsewhere,
    isRequired: required.has(name),
    isInteger: book.resolve(property)['type'] === 'integer',
    schema: property,
  }));
}
