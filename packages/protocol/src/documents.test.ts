import { describe, expect, test } from 'bun:test';
import { asyncApiDocument } from './documents.ts';
import { closeCodes } from './close-codes.ts';
import { commandList } from './commands.ts';
import type { Command } from './command.ts';
import { errorTable } from './errors.ts';
import { openApiDocument } from './documents.ts';
import { parametersOf } from './parameters.ts';
import { errorsOf } from './problem.ts';
import { pushes } from './pushes.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly required?: boolean;
    readonly schema?: object;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties: object } }>>;
  };
  readonly security: readonly object[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const info = { title: 'Parley', version: '1.2.3' };
const commands: readonly Command[] = commandList;
const openApi = openApiDocument(info) as { openapi: string; paths: Record<string, Record<string, Operation>> };
const asyncApi = asyncApiDocument(info) as {
  asyncapi: string;
  channels: { socket: { messages: Record<string, { payload: object }> } };
  operations: Record<string, { action: string; messages: object[]; reply?: { messages: object[] } }>;
};

describe('openapi.json', () => {
  test('is OpenAPI 3.1 whose references all lead somewhere', () => {
    expect(openApi.openapi).toStartWith('3.1.');
    expect(danglingReferences(openApi)).toEqual([]);
  });

  test('has every command with a route under its path and method, and nothing else', () => {
    const expected = commands.flatMap(({ name, http }) =>
      http === undefined ? [] : [`${http.method} /v1${http.path} ${name}`],
    );
    const found = Object.entries(openApi.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) => `${method.toUpperCase()} ${path} ${operation.operationId}`,
      ),
    );
    expect(found.toSorted()).toEqual(expected.toSorted());
    expect(new Set(expected.map((line) => line.replace(/ \S+$/, '').replaceAll(/\{\w+\}/g, '{}'))).size).toBe(
      expected.length,
    );
  });

  test('names each field of the params once: in the path, the query or the body', () => {
    for (const command of commands) {
      if (command.http === undefined) continue;
      const operation = openApi.paths[`/v1${command.http.path}`]?.[command.http.method.toLowerCase()];
      const inUrl = (operation?.parameters ?? []).flatMap((parameter) =>
        parameter.name === undefined ? [] : [parameter],
      );
      const inBody = Object.keys(operation?.requestBody?.content['application/json']?.schema.properties ?? {});
      const inPath = [...command.http.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const namesInPath = inUrl.flatMap((parameter) => (parameter.in === 'path' ? [parameter.name] : []));
      expect(new Set(namesInPath)).toEqual(new Set(inPath));
      const expected = parametersOf(command).map((parameter) => parameter.name);
      expect(new Set([...inUrl.map((parameter) => parameter.name), ...inBody])).toEqual(new Set(expected));
      expect(operation?.security).toEqual(command.access === 'anonymous' ? [] : [{ bearer: [] }]);
    }
  });

  test('names every error a command may answer under its status', () => {
    for (const command of commands) {
      if (command.http === undefined) continue;
      const responses = openApi.paths[`/v1${command.http.path}`]?.[command.http.method.toLowerCase()]?.responses ?? {};
      for (const code of errorsOf(command))
        expect(responses[errorTable[code].status]?.description).toContain(`\`${code}\``);
      expect(Object.keys(responses)).toContain(String(command.http.status));
    }
  });
});

describe('asyncapi.json', () => {
  test('is AsyncAPI 3.0 whose references all lead somewhere', () => {
    expect(asyncApi.asyncapi).toBe('3.0.0');
    expect(danglingReferences(asyncApi)).toEqual([]);
  });

  test('takes every command and sends every push, and nothing else', () => {
    const taken = Object.entries(asyncApi.operations).filter(([, { action }]) => action === 'receive');
    const sent = Object.entries(asyncApi.operations).filter(([, { action }]) => action === 'send');
    expect(taken.map(([name]) => name)).toEqual(commands.map(({ name }) => name));
    expect(sent.map(([name]) => name)).toEqual(Object.keys(pushes).map((name) => `push.${name}`));
    for (const [, { reply }] of taken) expect(reply?.messages).toHaveLength(2);
  });

  test('lists every close code', () => {
    for (const { code } of Object.values(closeCodes)) expect(JSON.stringify(asyncApi)).toContain(String(code));
  });
});

test('the schema of a result does not forbid fields that a later version adds', () => {
  const schemas = JSON.stringify(
    (openApi as unknown as { components: { schemas: { Message: object } } }).components.schemas.Message,
  );
  expect(schemas).not.toContain('"additionalProperties":false');
});

function danglingReferences(document: object): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, reference]) => reference ?? '',
  );
  expect(references.length).toBeGreaterThan(50);
  return references.filter((reference) => !reference.startsWith('#/') || find(document, reference) === undefined);
}

function find(document: object, reference: string): unknown {
  let at: unknown = document;
  for (const key of reference.slice(2).split('/'))
    at = (at as Record<string, unknown> | undefined)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  return at;
}
