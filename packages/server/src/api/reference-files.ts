import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { shippedFolder } from '../shipped.ts';

interface ReferenceFile {
  readonly type: string;
  readonly cacheControl: string;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Paths are relative, because the interface may be served under any. */
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="reference/swagger-ui.css">
<link rel="stylesheet" href="reference/page.css">
<div id="reference"></div>
<script src="reference/swagger-ui.js"></script>
<script src="reference/start.js"></script>
`;

/** One family instead of the theme's three. */
const pageCss = `body { margin: 0 }
.swagger-ui :not(pre, pre *, code) {
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans CJK SC", sans-serif !important;
}
`;

/** The servers named in the document are replaced by the one that serves this page; the outside validator is off. */
const start = `const base = location.href.replace(/\\/reference.*$/, '');
const scheme = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', scheme.matches);
scheme.addEventListener('change', follow);
follow();
fetch('openapi.json').then((answer) => answer.json()).then((spec) => SwaggerUIBundle({
  dom_id: '#reference',
  spec: { ...spec, servers: [{ url: base }] },
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  filter: true,
  deepLinking: true,
  persistAuthorization: false,
}));
`;

const text = (content: string) => async (): Promise<Uint8Array<ArrayBuffer>> => new TextEncoder().encode(content);
const shipped = (name: string) => (): Promise<Uint8Array<ArrayBuffer>> =>
  readFile(join(shippedFolder('reference'), name));

const javaScript = 'text/javascript; charset=utf-8';
const css = 'text/css; charset=utf-8';
const own = 'no-cache';
const aDay = 'public, max-age=86400';

const files: Readonly<Record<string, ReferenceFile>> = {
  page: { type: 'text/html; charset=utf-8', cacheControl: own, read: text(page) },
  'page.css': { type: css, cacheControl: own, read: text(pageCss) },
  'start.js': { type: javaScript, cacheControl: own, read: text(start) },
  'swagger-ui.css': { type: css, cacheControl: aDay, read: shipped('swagger-ui.css') },
  'swagger-ui.js': { type: javaScript, cacheControl: aDay, read: shipped('swagger-ui-bundle.js') },
};

/** Its style sheet draws with data: images; it loads and calls nothing but us. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const compress = promisify(gzip);
const compressed = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** A file of the reference page, gzipped once for all who take it so. Undefined: there is none of that name. */
export async function referenceFile(name: string, acceptEncoding = ''): Promise<Response | undefined> {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file === undefined) return undefined;
  const headers = {
    'Content-Type': file.type,
    'Cache-Control': file.cacheControl,
    'Content-Security-Policy': contentSecurityPolicy,
    'Referrer-Policy': 'no-referrer',
    Vary: 'Accept-Encoding',
  };
  if (!/\bgzip\b/.test(acceptEncoding)) return new Response(await file.read(), { headers });
  const body = compressed.get(name) ?? file.read().then((bytes) => compress(bytes));
  compressed.set(name, body);
  return new Response(await body, { headers: { ...headers, 'Content-Encoding': 'gzip' } });
}
