import { KeptPage, type Build } from './kept-page.ts';
import type { WorkerScope } from './worker-scope.ts';

/** Written in by the build: `service-worker-file.ts`. */
declare const PARLEY_BUILD: Build;

const scope = globalThis as unknown as WorkerScope;
const page = new KeptPage(PARLEY_BUILD);

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // The API, sockets and whatever else is not the page’s own go their way as if there were no worker.
  if (request.method !== 'GET' || origin !== location.origin || !page.has(pathname)) return;
  if (request.mode !== 'navigate') return event.respondWith(page.file(request, pathname));
  const document = page.document(request);
  event.respondWith(document);
  // The browser may have thrown away a part of it.
  event.waitUntil(document.then(() => page.fill()).catch(() => undefined));
});

/** All or nothing: a build that is half there is never used. */
async function install(): Promise<void> {
  try {
    await page.fill();
  } catch (error) {
    await page.forget();
    throw error;
  }
  // Names hold hashes, so that a page of the build before finds its own files under the new worker, too.
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  await page.forgetOlder();
  await scope.clients.claim();
}
