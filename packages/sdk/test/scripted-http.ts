interface Posted {
  readonly number: number;
  readonly streamId: string | null;
  readonly frames: unknown[];
}

/** One request that waits for what the test answers. */
export class ScriptedRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly answered = Promise.withResolvers<Response>();
  #body: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(url: string, init: RequestInit) {
    this.url = url;
    this.init = init;
    init.signal?.addEventListener('abort', () => {
      this.answered.reject(new DOMException('aborted', 'AbortError'));
      this.cut();
    });
  }

  get isAborted(): boolean {
    return this.init.signal?.aborted === true;
  }

  get body(): string {
    return typeof this.init.body === 'string' ? this.init.body : '';
  }

  get posted(): Posted {
    const headers = new Headers(this.init.headers);
    const frames = this.body.split('\n').map((line): unknown => JSON.parse(line));
    return { number: Number(headers.get('Parley-Frames')), streamId: headers.get('Parley-Stream'), frames };
  }

  answer(status: number): void {
    this.answered.resolve(new Response(status === 204 ? null : '{}', { status }));
  }

  fail(): void {
    this.answered.reject(new TypeError('The network is gone.'));
  }

  /** Answers with an event stream. */
  stream(type = 'text/event-stream; charset=utf-8'): void {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#body = controller) });
    this.answered.resolve(new Response(body, { headers: { 'Content-Type': type } }));
  }

  say(text: string | Uint8Array): void {
    this.#body?.enqueue(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  }

  end(): void {
    this.#body?.close();
  }

  cut(): void {
    this.#body?.error(new TypeError('The connection was cut.'));
  }
}

/** What `fetch` is asked, in order, each answered by the test. */
export class ScriptedHttp {
  readonly requests: ScriptedRequest[] = [];

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const request = new ScriptedRequest(url, init);
    this.requests.push(request);
    return request.answered.promise;
  };

  get posts(): ScriptedRequest[] {
    return this.requests.filter(({ url }) => url.endsWith('/frames'));
  }

  get lastPost(): ScriptedRequest {
    return this.posts.at(-1)!;
  }
}
