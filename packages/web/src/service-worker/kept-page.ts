/** What one build of the page is made of. */
export interface Build {
  /** Another one whenever any file is. */
  readonly id: string;
  /** SHA-256 of the document, in hex: what is kept beside it belongs to it. */
  readonly documentHash: string;
  /** Paths of everything else it needs. */
  readonly files: readonly string[];
}

const prefix = 'parley-page-';
const documentPath = '/';
const assets = '/assets/';
/** A network that says nothing for longer is taken for none. */
const patienceMs = 3_000;

/** One build’s own files as this browser keeps them: nothing of an account, and no answer of the API. */
export class KeptPage {
  readonly #build: Build;
  readonly #name: string;
  readonly #paths: ReadonlySet<string>;

  constructor(build: Build) {
    this.#build = build;
    this.#name = prefix + build.id;
    this.#paths = new Set([documentPath, ...build.files]);
  }

  /** Gets what is missing. @throws when the server has another build by now */
  async fill(): Promise<void> {
    const cache = await caches.open(this.#name);
    const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname));
    await Promise.all([...this.#paths].filter((path) => !kept.has(path)).map((path) => this.#keep(cache, path)));
  }

  async forget(): Promise<void> {
    await caches.delete(this.#name);
  }

  /** The files of the build before stay, for the tabs that still show it. */
  async forgetOlder(): Promise<void> {
    const others = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== this.#name);
    await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  }

  /** Whether a path is for this class to answer. */
  has(path: string): boolean {
    return this.#paths.has(path) || path.startsWith(assets);
  }

  /** The newest document there is: the server’s, else the one kept. */
  async document(request: Request): Promise<Response> {
    const asked = fetch(request);
    const answer = await Promise.race([asked.catch(() => undefined), later(patienceMs)]);
    if (answer !== undefined && answer.status < 500) return answer;
    return (await this.#find(documentPath)) ?? asked;
  }

  async file(request: Request, path: string): Promise<Response> {
    return (await this.#find(path)) ?? fetch(request);
  }

  async #find(path: string): Promise<Response | undefined> {
    const how = { ignoreVary: true };
    return (await caches.match(path, { ...how, cacheName: this.#name })) ?? caches.match(path, how);
  }

  async #keep(cache: Cache, path: string): Promise<void> {
    const response = await fetch(path, { cache: path.startsWith(assets) ? 'default' : 'no-cache' });
    if (!response.ok || response.redirected) throw new Error(`The server has no ${path} of this build.`);
    if (path === documentPath && (await hashOf(response.clone())) !== this.#build.documentHash)
      throw new Error('The server has another build.');
    await cache.put(path, response);
  }
}

async function hashOf(response: Response): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function later(delayMs: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), delayMs));
}
