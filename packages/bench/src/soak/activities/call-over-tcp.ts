import { encodePacket, PacketDecoder, packetLimits } from '@parley/protocol';
import { RawSocket } from '@parley/server/test/connect/raw-socket.ts';
import { pause, type Activity } from '../crowd.ts';
import type { Citizen } from '../town.ts';
import type { Scene } from './scene.ts';

const meanPauseMs = 6_000;
const stayMsMax = 3_000;

/** A program without WebSockets: says hello in packets, opens the market, listens a while and hangs up. */
export function callOverTcp({ token }: Citizen, { town, random }: Scene): Activity {
  const commands = [
    { id: 1, command: 'session.hello', params: { token } },
    { id: 2, command: 'conversation.watch', params: { conversationId: town.market } },
  ];
  return {
    name: 'call over TCP',
    meanPauseMs,
    async once(signal) {
      const socket = await RawSocket.open(town.tcpPort);
      const decoder = new PacketDecoder(packetLimits.v2ServerPayloadBytesMax);
      for (const command of commands) {
        socket.write(encodePacket('v2', JSON.stringify(command)));
        await reply(socket, decoder, command.id);
      }
      await pause(random.below(stayMsMax), signal);
      socket.destroy();
    },
  };
}

async function reply(socket: RawSocket, decoder: PacketDecoder, id: number): Promise<void> {
  const beginning = `{"id":${id},`;
  for (let isThere = false; !isThere;)
    isThere = await socket.read((bytes) =>
      bytes.length === 0
        ? undefined
        : { value: decoder.push(bytes).some((text) => text.startsWith(beginning)), used: bytes.length },
    );
}
