import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

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
<div id="reference"></div>
<script src="reference/scalar.js"></script>
<script src="reference/start.js"></script>
`;

/** Everything that would ask another origin is off: fonts, proxy, telemetry, hosted agent and client. */
const start = `Scalar.createApiReference('#reference', {
  url: 'openapi.json',
  servers: [{ url: location.href.replace(/\\/reference.*$/, '') }],
  authentication: { preferredSecurityScheme: 'bearer' },
  showDeveloperTools: 'never',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  documentDownloadType: 'direct',
  agent: { disabled: true },
  mcp: { disabled: true },
});
`;

const bundle = new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference'));
const text = (content: string) => async (): Promise<Uint8Array<ArrayBuffer>> => new TextEncoder().encode(content);

const files: Readonly<Record<string, ReferenceFile>> = {
  page: { type: 'text/html; charset=utf-8', cacheControl: 'no-cache', read: text(page) },
  'start.js': { type: 'text/javascript; charset=utf-8', cacheControl: 'no-cache', read: text(start) },
  'scalar.js': {
    type: 'text/javascript; charset=utf-8',
    cacheControl: 'public, max-age=86400',
    read: () => readFile(fileURLToPath(bundle)),
  },
};

/** The bundle sets styles of its own and draws with data: images; it loads and calls nothing but us. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
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
