import type { z } from 'zod';
import { commandList } from './commands.ts';
import type { Command } from './command.ts';
import { closeCodes, comeBackAfter } from './close-codes.ts';
import { subprotocol } from './frames.ts';
import type { DocumentInfo } from './openapi.ts';
import { wireError } from './problem.ts';
import { pushes } from './pushes.ts';
import { SchemaBook, type JsonSchema } from './schema-book.ts';

/** The sockets as AsyncAPI 3.0, made of the tables of commands and pushes; written as the server sees them. */
export function asyncApiDocument(info: DocumentInfo): JsonSchema {
  const book = new SchemaBook('draft-7');
  const messages = messagesOf(book);
  return {
    asyncapi: '3.0.0',
    info: { ...info, description: description(), license: { name: 'MIT' } },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: 'localhost:7000',
        protocol: 'ws',
        description: 'The chat page’s origin takes the socket on the same path.',
      },
    },
    channels: {
      socket: {
        address: '/v1/socket',
        title: 'One socket',
        messages,
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: operations(),
    components: { schemas: book.components },
  };
}

const channel = { $ref: '#/channels/socket' } as const;
const pushTable: Readonly<Record<string, z.ZodType>> = pushes;

function messagesOf(book: SchemaBook): JsonSchema {
  const messages: Record<string, JsonSchema> = {
    error: { title: 'A refused command', payload: frame({ error: book.output(wireError) }) },
  };
  for (const command of commandList as readonly Command[]) {
    messages[command.name] = { title: command.summary, payload: commandFrame(command, book) };
    messages[`${command.name}.reply`] = {
      title: `The answer to ${command.name}`,
      payload: frame({ result: book.output(command.result) }),
    };
  }
  for (const [name, push] of Object.entries(pushTable))
    messages[`push.${name}`] = { title: name, summary: push.meta()?.description, payload: book.output(push) };
  return messages;
}

/** A socket takes one command of each `id`; the answer carries it. */
function frame(fields: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const id = {
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'The client’s own number for the answer.',
  };
  return { type: 'object', properties: { id, ...fields }, required: ['id', ...Object.keys(fields)] };
}

function commandFrame(command: Command, book: SchemaBook): JsonSchema {
  return frame({ command: { const: command.name }, params: book.input(command.params) });
}

function operations(): JsonSchema {
  const taken = commandList.map(({ name, summary }) => [
    name,
    {
      action: 'receive',
      channel,
      summary,
      messages: [referenceTo(name)],
      reply: { channel, messages: [referenceTo(`${name}.reply`), referenceTo('error')] },
    },
  ]);
  const sent = Object.entries(pushTable).map(([name, push]) => [
    `push.${name}`,
    { action: 'send', channel, summary: push.meta()?.description, messages: [referenceTo(`push.${name}`)] },
  ]);
  return Object.fromEntries([...taken, ...sent]);
}

function referenceTo(message: string): JsonSchema {
  return { $ref: `#/channels/socket/messages/${message}` };
}

function description(): string {
  const codes = Object.entries(closeCodes).map(
    ([reason, { code, meaning }]) => `- ${code} ${reason} (come back: ${comeBackAfter(code)}): ${meaning}`,
  );
  return `WebSocket subprotocol \`${subprotocol}\`; TCP carries the same frames in packets, event streams (\`POST /v1/stream\`) over plain HTTP. See PROTOCOL.md.\n\nClose codes:\n${codes.join('\n')}`;
}
