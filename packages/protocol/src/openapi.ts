import { commandList } from './commands.ts';
import type { Command } from './command.ts';
import { errorTable, type ErrorCode } from './errors.ts';
import { parametersOf, type Parameter } from './parameters.ts';
import { httpErrorsOf, problem, takesIdempotencyKey } from './problem.ts';
import { rates } from './rates.ts';
import { SchemaBook, type JsonSchema } from './schema-book.ts';

export interface DocumentInfo {
  readonly title: string;
  readonly version: string;
}

/** The REST interface as OpenAPI 3.1, made of the table of commands. Paths are relative to where the document is served. */
export function openApiDocument(info: DocumentInfo): JsonSchema {
  const book = new SchemaBook('draft-2020-12');
  const paths = pathsOf(book);
  book.output(problem);
  return {
    openapi: '3.1.0',
    info: {
      ...info,
      description: 'Every route is one command of the table; the sockets take the same commands. See PROTOCOL.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.' }],
    tags: [...new Set(commandList.map((command) => subjectOf(command)))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'The token that signing in answered.' },
      },
      parameters: { IdempotencyKey: idempotencyKey },
      headers: rateHeaders,
      schemas: sorted(book.components),
    },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request answers the first answer again, for a day.',
  schema: { type: 'string', minLength: 1, maxLength: 64 },
};

const rateHeaders = {
  RateLimit: {
    description: 'What is left of the limit that is nearest: `"default";r=<requests>;t=<seconds>`.',
    schema: { type: 'string' },
  },
  'RateLimit-Policy': { description: 'The limit: `"default";q=<requests>;w=<seconds>`.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
};

function pathsOf(book: SchemaBook): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const command of commandList as readonly Command[]) {
    if (command.http === undefined) continue;
    const operations = (paths[`/v1${command.http.path}`] ??= {});
    operations[command.http.method.toLowerCase()] = operationOf(command, book);
  }
  return paths;
}

function operationOf(command: Command, book: SchemaBook): JsonSchema {
  const parameters = parametersOf(command, book);
  const body = parameters.filter(({ place }) => place === 'body');
  const inUrl = parameters.filter(({ place }) => place !== 'body').map(parameterOf);
  const key = takesIdempotencyKey(command) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : [];
  return {
    operationId: command.name,
    tags: [subjectOf(command)],
    summary: command.summary,
    description: rateText(command),
    security: command.access === 'anonymous' ? [] : [{ bearer: [] }],
    ...(inUrl.length + key.length === 0 ? {} : { parameters: [...inUrl, ...key] }),
    ...(body.length === 0
      ? {}
      : {
          requestBody: {
            required: body.some(({ isRequired }) => isRequired),
            content: { 'application/json': { schema: bodySchema(body) } },
          },
        }),
    responses: { [command.http?.status ?? 200]: successOf(command, book), ...failuresOf(httpErrorsOf(command)) },
  };
}

function parameterOf({ name, place, isRequired, schema }: Parameter): JsonSchema {
  return { name, in: place, required: place === 'path' || isRequired, schema };
}

function bodySchema(body: readonly Parameter[]): JsonSchema {
  const required = body.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(body.map(({ name, schema }) => [name, schema])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function successOf(command: Command, book: SchemaBook): JsonSchema {
  return {
    description: 'Done.',
    headers: {
      RateLimit: { $ref: '#/components/headers/RateLimit' },
      'RateLimit-Policy': { $ref: '#/components/headers/RateLimit-Policy' },
    },
    content: { 'application/json': { schema: book.output(command.result) } },
  };
}

/** One response per status, naming its codes. */
function failuresOf(codes: readonly ErrorCode[]): JsonSchema {
  const statuses = [...new Set(codes.map((code) => errorTable[code].status))].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [status, failureOf(codes.filter((code) => errorTable[code].status === status))]),
  );
}

function failureOf(codes: readonly ErrorCode[]): JsonSchema {
  const mayWait = codes.some((code) => errorTable[code].retryable);
  return {
    description: codes.map((code) => `\`${code}\`: ${errorTable[code].meaning}`).join('\n\n'),
    ...(mayWait ? { headers: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } } } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function rateText(command: Command): string {
  const { limit, windowMs, per } = rates[command.rate];
  return `At most ${limit} in ${windowMs / 1_000} s per ${per}, counted together with everything of the class “${command.rate}”.`;
}

function subjectOf({ name }: { readonly name: string }): string {
  return name.slice(0, name.indexOf('.'));
}

function sorted(schemas: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
