import { Fleet } from './clients/fleet.ts';
import { openLoop } from './clients/open-loop.ts';
import { textMessage } from './clients/text-message.ts';
import { BenchServer } from './world/bench-server.ts';
import { conversationIdOf } from './world/world.ts';
const users = 2000;
await using server = await BenchServer.start({ users, places: Array.from({ length: users / 2 }, (_, p) => ({ kind: 'direct' as const, userIds: [2 * p + 1, 2 * p + 2] })) });
let ok = 0, busy = 0, other = 0, sent = 0;
using fleet = await Fleet.signIn(server.port, users, { onReply(_c, _id, s) { if (s.isResult) ok++; else if (s.isBusy) busy++; else other++; } });
const rate = Number(process.argv[2] ?? 40000);
await openLoop({ count: rate * 5, perSecond: rate }, (i) => { const c = fleet.clients[(i * 7) % users]; if (c) { sent++; c.send('message.send', textMessage(conversationIdOf((c.userId - 1) >> 1))); } });
for (let i = 0; i < 20; i++) {
  const un = fleet.clients.reduce((n, c) => n + (c as any).unwritten.length, 0);
  console.log({ sent, ok, busy, other, left: sent - ok - busy, closed: users - fleet.open, unwritten: un });
  if (sent === ok + busy) break;
  await Bun.sleep(500);
}
const m = await (await fetch((server as any).server.opsUrl + '/metrics')).text();
console.log(m.split('\n').filter((l) => /^parley_(conn|comm|queue|frames|task)/.test(l)).join('\n'));
process.exit(0);
