/** Where somebody who listens with HTTP is reached; an address of IPv6 stands in brackets. */
export function httpAddress(host: string, port: number): string {
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
