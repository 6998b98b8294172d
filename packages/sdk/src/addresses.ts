import type { ClientOptions } from './contract.ts';

export interface Addresses {
  readonly apiUrl: string;
  readonly socketUrl: string;
  readonly streamUrl: string;
}

/** Where the API, the socket and the event streams are. @throws TypeError outside of a browser without a `url`. */
export function addressesOf(options: ClientOptions): Addresses {
  const url = (options.url ?? (typeof document === 'undefined' ? '' : globalThis.location.origin)).replace(
    /(?<!\/)\/+$/,
    '',
  );
  if (url === '' && (options.apiUrl === undefined || options.socketUrl === undefined))
    throw new TypeError('createClient needs a url outside of a browser.');
  const socketUrl = options.socketUrl ?? `${url.replace(/^http/, 'ws')}/v1/socket`;
  return {
    apiUrl: options.apiUrl ?? `${url}/api/v1`,
    socketUrl,
    streamUrl: options.streamUrl ?? socketUrl.replace(/^ws/, 'http').replace(/\/socket$/, '/stream'),
  };
}
