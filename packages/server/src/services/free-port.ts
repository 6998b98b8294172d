import { createServer } from 'node:net';

const lowest = 10_000;
/** Below the ephemeral range, so that no outgoing connection takes it between two starts. */
const portsInRange = 20_000;

/** A port on loopback nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * portsInRange);
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
