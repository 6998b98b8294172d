import { createServer } from 'node:net';

const lowest = 10_000;
/** Below the ephemeral range, so that no outgoing connection takes it between two starts. */
const portsInRange = 20_000;
/** Who was given one may not listen on it yet. */
const given = new Set<number>();

/** A port on loopback nobody listens on, and that this process has given to nobody else lately. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * portsInRange);
    if (given.has(port)) continue;
    given.add(port);
    if (given.size > portsInRange / 2) given.clear();
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
