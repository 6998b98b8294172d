import { Schemas, type Schema } from './json-schema.ts';

export interface Parameter {
  readonly name: string;
  readonly place: 'path' | 'query' | 'header';
  readonly isRequired: boolean;
  readonly schema: Schema;
}

/** One route of the document. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** With names in braces. */
  readonly path: string;
  readonly needsSession: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Schemas of good answers by their status. */
  readonly successes: ReadonlyMap<number, Schema>;
  /** The codes each other status may carry. */
  readonly refusals: ReadonlyMap<number, ReadonlySet<string>>;
}

interface RawOperation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters?: readonly Schema[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, RawResponse>>;
}
interface RawResponse {
  readonly description: string;
  readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
}

/** Every operation of an OpenAPI document. */
export function operationsOf(document: Schema): Operation[] {
  const schemas = new Schemas(document);
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(schemas, { path, method, raw })),
  );
}

function operationOf(
  schemas: Schemas,
  { path, method, raw }: { readonly path: string; readonly method: string; readonly raw: RawOperation },
): Operation {
  const responses = Object.entries(raw.responses).map(([status, one]): [number, RawResponse] => [Number(status), one]);
  return {
    id: raw.operationId,
    method: method.toUpperCase(),
    path,
    needsSession: raw.security.length > 0,
    parameters: (raw.parameters ?? []).map((parameter) => parameterOf(schemas.resolve(parameter))),
    body: raw.requestBody?.content['application/json']?.schema,
    successes: new Map(
      responses.flatMap(([status, { content }]) => {
        const schema = content['application/json']?.schema;
        return schema === undefined ? [] : [[status, schema] as const];
      }),
    ),
    refusals: new Map(
      responses.flatMap(([status, { content, description }]) =>
        'application/problem+json' in content ? [[status, codesIn(description)] as const] : [],
      ),
    ),
  };
}

function parameterOf(raw: Schema): Parameter {
  const { name, required, schema } = raw as { name: string; required?: boolean; schema: Schema };
  return { name, place: raw['in'] as Parameter['place'], isRequired: required === true, schema };
}

function codesIn(description: string): ReadonlySet<string> {
  return new Set([...description.matchAll(/^`([a-z-]+)`:/gm)].map(([, code = '']) => code));
}
