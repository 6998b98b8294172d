import { securityHeaders } from './security-headers.ts';

const plain = (status: number, text: string, headers: Record<string, string> = {}): Response =>
  new Response(text, {
    status,
    headers: {
      ...securityHeaders(null),
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...headers,
    },
  });

export function notFound(): Response {
  return plain(404, 'There is no such page.\n');
}

export function onlyReading(): Response {
  return plain(405, 'Pages can only be read.\n', { Allow: 'GET, HEAD' });
}

export function notBuilt(): Response {
  return plain(
    503,
    'The chat page is not built yet. Run “npm run build” in the project’s folder, then load this page again.\n',
    { 'Retry-After': '5' },
  );
}
