import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@parley/sdk';
import { RawSocket } from '../connect/raw-socket.ts';
import { SeedTcp, SeedWebSocket } from '../seed-client.ts';
import { ServerProcess } from '../server-process.ts';
import { nginxKind, type NginxFile } from '../services/nginx.ts';
import { describeWith, Service } from '../services/service.ts';
import { readDeploy } from './deploy-file.ts';

const slow = 60_000;

/** Both connect nodes are this one, and it has the page as well. */
function entranceTo({ ports: { ws, site, tcp } }: ServerProcess): NginxFile {
  return {
    text: readDeploy('nginx/cluster.conf'),
    portCount: 3,
    replace: ([http, tcp1, tcp2]) => ({
      'connect-1:7000': `127.0.0.1:${ws}`,
      'connect-2:7000': `127.0.0.1:${ws}`,
      'connect-1:7001': `127.0.0.1:${tcp[0]}`,
      'connect-2:7001': `127.0.0.1:${tcp[1]}`,
      'web:8080': `127.0.0.1:${site}`,
      'listen 8080;': `listen 127.0.0.1:${http};`,
      'listen 7001;': `listen 127.0.0.1:${tcp1};`,
      'listen 7002;': `listen 127.0.0.1:${tcp2};`,
    }),
  };
}

function tlsTo({ ports: { site, tcp } }: ServerProcess, folder: string): NginxFile {
  return {
    text: readDeploy('nginx/tls.conf'),
    portCount: 3,
    replace: ([plain, secure, tcpSecure]) => ({
      'listen 80;': `listen 127.0.0.1:${plain};`,
      'listen 443 ssl;': `listen 127.0.0.1:${secure} ssl;`,
      'listen 7443 ssl;': `listen 127.0.0.1:${tcpSecure} ssl;`,
      '127.0.0.1:8080': `127.0.0.1:${site}`,
      '127.0.0.1:7001': `127.0.0.1:${tcp[0]}`,
      '/etc/letsencrypt/live/chat.example.org': folder,
    }),
  };
}

describeWith(nginxKind({ text: '', replace: () => ({}), portCount: 1 }), () => {
  test(
    'deploy/nginx/cluster.conf is one entrance to the page, the API, WebSockets, event streams and TCP',
    async () => {
      await using server = await ServerProcess.start({ PARLEY_SOCKETS_PER_ADDRESS: '100' });
      await using nginx = await Service.start(nginxKind(entranceTo(server)));
      const url = `http://127.0.0.1:${nginx.port}`;
      const page = await fetch(url, { headers: { Origin: url } });
      expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8']);
      await using overSocket = createClient({ url, transport: 'websocket' });
      await using overStream = createClient({ url, transport: 'stream' });
      for (const client of [overSocket, overStream]) {
        await client.connect();
        await client.account.guest({ displayName: 'Guest' });
        client.conversation(1).open();
      }
      const texts = (client: typeof overSocket): readonly string[] =>
        client
          .conversation(1)
          .messages.getSnapshot()
          .items.flatMap(({ content }) => (content?.type === 'text' ? [content.text] : []));
      await overSocket.conversation(1).sendAndWait('by socket');
      await overStream.conversation(1).sendAndWait('by stream');
      for (const client of [overSocket, overStream])
        while (!['by socket', 'by stream'].every((text) => texts(client).includes(text))) await Bun.sleep(20);
      const [tcpPort = 0] = nginx.ports.slice(1);
      const token = await registered(url);
      const tcp = await SeedTcp.enter(tcpPort, token, 1);
      const seed = await SeedWebSocket.enter(nginx.port, await registered(url), 1);
      await overSocket.conversation(1).sendAndWait('to gochat');
      await Promise.all([tcp.message('to gochat'), seed.message('to gochat')]);
      tcp.close();
      seed.close();
    },
    slow,
  );

  test(
    'deploy/nginx/cluster.conf says whose request it is, whatever they say themselves',
    async () => {
      await using server = await ServerProcess.start({ PARLEY_TRUSTED_PROXIES: '127.0.0.1' });
      await using nginx = await Service.start(nginxKind(entranceTo(server)));
      const client = await RawSocket.open(nginx.port, '127.0.0.9');
      const body = JSON.stringify({ userName: 'nobody', password: 'a wrong password' });
      const head = ['POST /api/v1/sessions HTTP/1.1', 'Host: chat.example.org', 'X-Forwarded-For: 198.51.100.1'];
      const lines = [...head, 'Content-Type: application/json', `Content-Length: ${body.length}`, '', body];
      client.write(lines.join('\r\n'));
      const log = (): string => readFileSync(join(server.dataDir, 'parley.log'), 'utf8');
      while (!log().includes('a sign-in was refused')) await Bun.sleep(20);
      expect(log()).toContain('"address":"127.0.0.9"');
      client.destroy();
    },
    slow,
  );

  test(
    'deploy/nginx/tls.conf puts TLS before a server, and sends plain HTTP there',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-tls-'));
      const files = ['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')];
      await Bun.$`openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=chat.example.org ${files}`.quiet();
      await using server = await ServerProcess.start();
      await using nginx = await Service.start(nginxKind(tlsTo(server, folder)));
      const [, secure = 0] = nginx.ports;
      const plain = await fetch(`http://127.0.0.1:${nginx.port}/x?y`, { redirect: 'manual' });
      expect([plain.status, plain.headers.get('Location')]).toEqual([301, 'https://127.0.0.1/x?y']);
      const tls = { rejectUnauthorized: false };
      const page = await fetch(`https://127.0.0.1:${secure}/`, { tls });
      expect([page.status, page.headers.get('Strict-Transport-Security')]).toEqual([200, 'max-age=31536000']);
      const origin = `https://127.0.0.1:${secure}`;
      const options = { tls, headers: { Origin: origin } };
      // The types are the browser's, which knows no options.
      const socket = new WebSocket(`wss://127.0.0.1:${secure}/v1/socket`, options as unknown as string[]);
      await new Promise((opened, failed) => {
        socket.addEventListener('open', opened);
        socket.addEventListener('close', ({ code }) => failed(new Error(`Closed with ${code}.`)));
      });
      socket.close();
      rmSync(folder, { recursive: true });
    },
    slow,
  );
});

async function registered(url: string): Promise<string> {
  const body = { userName: `seed${crypto.randomUUID().slice(0, 8)}`, passWord: 'correct horse battery' };
  const answer = await fetch(`${url}/api/user/register`, { method: 'POST', body: JSON.stringify(body) });
  return ((await answer.json()) as { readonly data: string }).data;
}
