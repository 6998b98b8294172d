import { asyncApiDocument, openApiDocument, type DocumentInfo } from '@parley/protocol/documents';
import { Hono } from 'hono';
import { referenceFile } from './reference-files.ts';
import type { ApiEnv } from './request-context.ts';

/** The documents, and the page that shows the first one; all of it from here, nothing from elsewhere. */
export function documentRoutes(info: DocumentInfo): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  let openApi: string | undefined;
  let asyncApi: string | undefined;
  app.get('/openapi.json', (context) => {
    openApi ??= JSON.stringify(openApiDocument(info));
    return context.body(openApi, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' });
  });
  app.get('/asyncapi.json', (context) => {
    asyncApi ??= JSON.stringify(asyncApiDocument(info));
    return context.body(asyncApi, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' });
  });
  app.get(
    '/reference',
    async (context) => (await referenceFile('page', context.req.header('Accept-Encoding'))) ?? context.notFound(),
  );
  app.get(
    '/reference/:name',
    async (context) =>
      (await referenceFile(context.req.param('name'), context.req.header('Accept-Encoding'))) ?? context.notFound(),
  );
  return app;
}
