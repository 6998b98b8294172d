import type { ClientOptions } from './contract.ts';

/** Where the API and the socket are. @throws TypeError outside of a browser without a `url`. */
export function addressesOf(options: ClientOptions): { readonly apiUrl: string; readonly socketUrl: string } {
  const url = (options.url ?? (typeof document === 'undefined' ? '' : globalThis.location.origin)).replace(/\/+$/, '');
  if (url === '' && (options.apiUrl === undefined || options.socketUrl === undefined))
    throw new TypeError('createClient needs a url outside of a browser.');
  return {
    apiUrl: options.apiUrl ?? `${url}/api/v1`,
    socketUrl: options.socketUrl ?? `${url.replace(/^http/, 'ws')}/v1/socket`,
  };
}
