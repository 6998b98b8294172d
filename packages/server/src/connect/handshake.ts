/**
 * What is wrong with a WebSocket handshake beyond what the runtime looks at, for people; undefined when nothing is. It is strict
 * about whatever a proxy in front could read differently: two hosts, a body, a connection it would not switch. (RFC 6455 §4.2.1)
 */
export function handshakeFault(headers: Headers): string | undefined {
  if (headers.get('upgrade')?.trim().toLowerCase() !== 'websocket') return 'The Upgrade header has to be websocket.';
  if (!tokensOf(headers.get('connection')).includes('upgrade')) return 'The Connection header has to name Upgrade.';
  // Repeated headers are joined by commas, which no host has.
  if (headers.get('host')?.includes(',') === true) return 'There has to be one Host header.';
  const hasBody = headers.has('transfer-encoding') || !isZeroOrAbsent(headers.get('content-length'));
  return hasBody ? 'A handshake has no body.' : undefined;
}

function tokensOf(header: string | null): string[] {
  return (header ?? '').split(',').map((token) => token.trim().toLowerCase());
}

function isZeroOrAbsent(length: string | null): boolean {
  return length === null || /^0+$/.test(length);
}
