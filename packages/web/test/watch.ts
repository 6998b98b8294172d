import type { ConsoleMessage, Page } from 'playwright-core';

/** What the browser itself writes when it cannot reach a server that is away. */
const lostConnection =
  /net::ERR_(CONNECTION_\w+|INTERNET_DISCONNECTED|SOCKET_NOT_CONNECTED|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)/;

/** Notes whatever a page must never do: errors, refusals by its content security policy, dialogs, requests elsewhere. */
export class Watch {
  readonly #faults: string[] = [];
  readonly #origin: string;
  /** While a test takes the server or the network away. */
  mayLoseConnection = false;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }

  follow(page: Page): void {
    page.on('console', (message) => this.#said(message));
    page.on('pageerror', (error) => this.#faults.push(`error: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      this.#faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => this.#asked(request.url()));
    page.on('websocket', (socket) => this.#asked(socket.url().replace(/^ws/, 'http')));
  }

  #said(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (this.mayLoseConnection && lostConnection.test(message.text())) return;
    this.#faults.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  }

  #asked(url: string): void {
    const { protocol, origin } = new URL(url);
    if (protocol === 'data:' || protocol === 'blob:' || origin === this.#origin) return;
    this.#faults.push(`request elsewhere: ${url}`);
  }
}
