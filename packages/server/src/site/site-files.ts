import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { securityHeaders } from './security-headers.ts';

interface SiteFile {
  readonly path: string;
  /** Size and time, by which the file is known to be another one now. */
  readonly stamp: string;
  /** Of the content: every node that serves the page names it so, and so does the executable, whose files have no times. */
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly isImmutable: boolean;
  readonly hasBrotli: boolean;
  readonly hasGzip: boolean;
  /** Packed by us, on its first request, when the build did not. */
  packed: Promise<Uint8Array<ArrayBuffer>> | undefined;
}

/** By the path of the URL. */
export type SiteFiles = ReadonlyMap<string, SiteFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const packable: ReadonlySet<string> = new Set(['.html', '.js', '.css', '.json', '.webmanifest', '.svg', '.txt']);
/** Smaller files are not worth packing. */
const packedFromBytes = 1_024;

/** The files of a built page. Only types we know: no source map, no source, whatever lies there. */
export function findFiles(folder: string): SiteFiles {
  const names = new Set(listFiles(folder).map((path) => path.split(sep).join('/')));
  const files = [...names]
    .filter((name) => types[extname(name)] !== undefined)
    .map((name) => [`/${name}`, fileOf(folder, name, names)] as const);
  return new Map(files);
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}

function fileOf(folder: string, name: string, names: ReadonlySet<string>): SiteFile {
  const path = join(folder, name);
  return {
    path,
    stamp: stampOf(path),
    etag: `"${Bun.hash(readFileSync(path)).toString(36)}"`,
    isImmutable: name.startsWith('assets/') && /-[\w-]{8,}\.\w+$/.test(name),
    hasBrotli: names.has(`${name}.br`),
    hasGzip: names.has(`${name}.gz`),
    packed: undefined,
  };
}

function stampOf(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `${size}-${Math.trunc(mtimeMs)}`;
}

/** Whether the file is another one than was found. */
export function isOutdated(file: SiteFile): boolean {
  try {
    return stampOf(file.path) !== file.stamp;
  } catch {
    return true;
  }
}

export async function respondWith(file: SiteFile, request: Request): Promise<Response> {
  const headers = new Headers({
    ...securityHeaders(request.headers.get('Host')),
    'Content-Type': types[extname(file.path)] ?? 'application/octet-stream',
    'Cache-Control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  });
  if (request.headers.get('If-None-Match') === file.etag) return new Response(null, { status: 304, headers });
  const { encoding, body } = await packedBody(file, request.headers.get('Accept-Encoding') ?? '');
  if (encoding !== undefined) headers.set('Content-Encoding', encoding);
  return new Response(request.method === 'HEAD' ? null : body, { headers });
}

interface Body {
  readonly encoding?: 'br' | 'gzip';
  readonly body: Bun.BunFile | Uint8Array<ArrayBuffer>;
}

async function packedBody(file: SiteFile, accepted: string): Promise<Body> {
  const plain = Bun.file(file.path);
  if (file.hasBrotli && /\bbr\b/.test(accepted)) return { encoding: 'br', body: Bun.file(`${file.path}.br`) };
  if (!/\bgzip\b/.test(accepted)) return { body: plain };
  if (file.hasGzip) return { encoding: 'gzip', body: Bun.file(`${file.path}.gz`) };
  if (!packable.has(extname(file.path)) || plain.size < packedFromBytes) return { body: plain };
  file.packed ??= plain.bytes().then((bytes) => Bun.gzipSync(bytes, { level: 6 }));
  return { encoding: 'gzip', body: await file.packed };
}
