import { register } from '../security/people.ts';
import type { ServerProcess } from '../server-process.ts';
import type { SocketClient } from '../socket-client.ts';

/** Two people who keep chatting while others misbehave. */
export class Witness {
  private readonly sender: SocketClient;
  private readonly receiver: SocketClient;
  private readonly conversationId: number;
  private count = 0;

  private constructor(sender: SocketClient, receiver: SocketClient, conversationId: number) {
    this.sender = sender;
    this.receiver = receiver;
    this.conversationId = conversationId;
  }

  static async of(server: ServerProcess): Promise<Witness> {
    const [one, two] = [await register(server, 'witness1'), await register(server, 'witness2')];
    const [sender, receiver] = [await one.hello(), await two.hello()];
    const { conversation } = await sender.command('conversation.direct', { userId: two.id });
    return new Witness(sender, receiver, conversation.id);
  }

  /** One says something and the other hears it. @throws when a socket closed. */
  async chat(): Promise<void> {
    const text = `all well ${++this.count}`;
    const said = { clientMsgId: `w${this.count}`, content: { type: 'text', text } } as const;
    await this.sender.command('message.send', { conversationId: this.conversationId, ...said });
    await this.receiver.push(
      'message.changed',
      ({ message }) => message.content.type === 'text' && message.content.text === text,
    );
  }

  /** The numbers of all that was heard, in the order of hearing. */
  heard(): readonly number[] {
    return this.receiver.pushes.flatMap((push) => (push.push === 'message.changed' ? [push.message.seq] : []));
  }

  /** How often they chatted. */
  get chats(): number {
    return this.count;
  }

  close(): void {
    for (const socket of [this.sender, this.receiver]) socket.close();
  }
}
