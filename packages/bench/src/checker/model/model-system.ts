import type { Message, SendableContent } from '@parley/protocol';
import { canaryText } from '../canary.ts';
import type { Happening } from '../history-event.ts';
import { HistoryRecorder, type History } from '../history.ts';
import type { Truth } from '../truth.ts';
import { ModelConversation, type ModelServer } from './model-conversation.ts';
import { ModelDevice, type Outgoing } from './model-device.ts';

/** Milliseconds that pass with each event. */
const tickMs = 2;
/** What the server holds with nothing to do. */
export const idle = { descriptors: 40, memoryBytes: 200 * 2 ** 20, queueDepth: 0, sockets: 5, topics: 9 } as const;

export const people = { ann: 1, ben: 2, cat: 3, eve: 4 } as const;
/** Eve is in none of the closed conversations, and signs out before the end. */
const deviceNames = ['ann/1', 'ann/2', 'ben/1', 'cat/1', 'eve/1'] as const;

export interface ModelChange {
  readonly kind: 'edit' | 'recall' | 'react';
  readonly pick: number;
}

/** A small system that does everything right, driven step by step, and writes down what a real run would. */
export class ModelSystem implements ModelServer {
  readonly recorder: HistoryRecorder;
  readonly devices: readonly ModelDevice[];
  readonly conversations: readonly ModelConversation[];
  private bodies = 0;
  private faults = 0;
  private isFaulty = false;
  private time = 0;
  private ids = 0;

  constructor() {
    this.recorder = new HistoryRecorder({ seed: 1, nowMs: () => (this.time += tickMs) });
    this.devices = deviceNames.map((name) => this.introduce(name));
    this.conversations = [
      new ModelConversation(11, 'group', this),
      new ModelConversation(12, 'direct', this),
      new ModelConversation(13, 'room', this),
    ];
    for (const { id, kind } of this.conversations) this.record({ event: 'conversation', conversationId: id, kind });
    const [group, direct, room] = this.conversations;
    for (const userId of [people.ann, people.ben]) for (const one of [group, direct]) one?.admit(userId);
    for (const userId of Object.values(people)) room?.admit(userId);
    for (const device of this.devices) this.resume(device);
  }

  nextId(): number {
    return ++this.ids;
  }

  publish(message: Message): void {
    const conversation = this.conversations.find(({ id }) => id === message.conversationId);
    if (conversation === undefined || conversation.isFenced(message)) return;
    for (const device of this.devices)
      if (device.isConnected && conversation.isMember(device.userId)) device.inbox.push(message);
  }

  /** Writes a message and sends it, if the line is up. */
  write(device: ModelDevice, conversation: ModelConversation): void {
    const content = this.text(conversation);
    const outgoing: Outgoing = {
      conversation,
      clientMsgId: `${device.name}-${this.bodies}`,
      content,
      isCommitted: false,
    };
    device.outbox.push(outgoing);
    if (device.isConnected) this.send(device, outgoing);
  }

  /** The server takes the oldest message of a device that it did not take yet. */
  commit(device: ModelDevice): void {
    const outgoing = device.outbox.find((one) => one.attempt !== undefined && !one.isCommitted);
    if (outgoing === undefined) return;
    outgoing.isCommitted = true;
    outgoing.conversation.send({ senderId: device.userId, ...outgoing });
  }

  /** The answers to what was taken come back. A retry finds what the first try did. */
  answer(device: ModelDevice): void {
    const isAnswered = ({ isCommitted, attempt }: Outgoing): boolean => isCommitted && attempt !== undefined;
    for (const { conversation, attempt = 0, ...message } of device.outbox.filter(isAnswered)) {
      const outcome = conversation.send({ senderId: device.userId, ...message });
      if ('ack' in outcome) this.record({ event: 'acked', attempt, ack: outcome.ack });
      else this.record({ event: 'refused', attempt, code: outcome.code, retryable: false });
    }
    device.outbox = device.outbox.filter((one) => !isAnswered(one));
  }

  /** Uses the key of a stored message for another body. [D2] */
  sendConflicting(device: ModelDevice, conversation: ModelConversation): void {
    const earlier = conversation.rows.find((row) => row.senderId === device.userId && row.content.type !== 'system');
    if (earlier === undefined || !device.isConnected) return;
    const attempt = this.recorder.nextAttempt();
    const { clientMsgId } = earlier;
    const content = this.text(conversation);
    this.record({ event: 'send', attempt, device: device.name, conversationId: conversation.id, clientMsgId, content });
    const outcome = conversation.send({ senderId: device.userId, clientMsgId, content });
    if ('code' in outcome) this.record({ event: 'refused', attempt, code: outcome.code, retryable: false });
  }

  /** Of its own texts the one `pick` before the newest. */
  change(device: ModelDevice, conversation: ModelConversation, { kind, pick }: ModelChange): void {
    const texts = conversation
      .readable(device.userId)
      .filter(({ senderId, content }) => senderId === device.userId && content.type === 'text');
    const row = texts[texts.length - 1 - (pick % texts.length)];
    if (row === undefined || !device.isConnected || !conversation.isMember(device.userId)) return;
    const attempt = this.recorder.nextAttempt();
    const { seq } = row;
    const target = { attempt, device: device.name, conversationId: conversation.id, seq };
    const content =
      kind === 'recall' ? ({ type: 'recalled', byUserId: device.userId } as const) : this.text(conversation);
    this.record({ event: 'change', ...target, kind, ...(kind === 'edit' ? { content } : {}) });
    const reaction = { emoji: '👍', count: 1, userIds: [device.userId] };
    const version = conversation.change(seq, kind === 'react' ? { reactions: [reaction] } : { content });
    this.record(version % 4 === 0 ? { event: 'unknown', attempt } : { event: 'changed', attempt, version });
  }

  /** Cat comes into the group or goes. */
  moveCat(): void {
    const [group] = this.conversations;
    const [, , ben] = this.devices;
    if (group === undefined || ben === undefined) return;
    const attempt = this.recorder.nextAttempt();
    const direction = group.isMember(people.cat) ? 'out' : 'in';
    this.record({
      event: 'membership',
      attempt,
      device: ben.name,
      conversationId: group.id,
      userId: people.cat,
      direction,
    });
    if (direction === 'in') group.admit(people.cat);
    else group.release(people.cat);
    this.record({ event: 'settled', attempt, seq: group.rows.length });
    for (const device of this.devices.filter(({ userId }) => userId === people.cat))
      if (direction === 'out') device.forget(group);
      else if (device.isConnected) device.load(group);
  }

  deliver(device: ModelDevice, times: number): void {
    const message = device.inbox.shift();
    if (message !== undefined) device.take(message, times);
  }

  markRead(device: ModelDevice, conversation: ModelConversation): void {
    const member = conversation.members.get(device.userId);
    if (member?.isActive !== true || !device.isConnected || !device.holds(conversation)) return;
    const invokedAtMs = this.recorder.nowMs();
    const readSeq = (member.readSeq = Math.max(member.readSeq, conversation.rows.length));
    const cursor = {
      device: device.name,
      conversationId: conversation.id,
      userId: device.userId,
      readSeq,
      deliveredSeq: readSeq,
    };
    this.record({ event: 'cursor', by: 'sent', ...cursor });
    this.record({ event: 'cursor', by: 'answered', invokedAtMs, ...cursor });
    for (const other of this.devices)
      if (other.userId === device.userId && other.isConnected) other.hold(conversation, readSeq);
  }

  drop(device: ModelDevice): void {
    if (!device.isConnected) return;
    device.isConnected = false;
    device.inbox.length = 0;
    this.record({ event: 'lost', device: device.name, reason: 'cut' });
    for (const outgoing of device.outbox) {
      if (outgoing.attempt !== undefined) this.record({ event: 'unknown', attempt: outgoing.attempt });
      delete outgoing.attempt;
      outgoing.isCommitted = false;
    }
    this.tellPresence(device.userId);
  }

  /** Connects, hears where things stand, syncs, and sends again what was not answered, before anything new. [D3] */
  resume(device: ModelDevice): void {
    if (device.isConnected) return;
    const { name, userId } = device;
    device.isConnected = true;
    this.record({ event: 'regained', device: name });
    const own = this.conversations.filter((one) => one.isMember(userId));
    const heads = own.map(({ id, head }) => ({ conversationId: id, ...head }));
    this.record({
      event: 'resumed',
      device: name,
      invokedAtMs: this.recorder.nowMs(),
      isReset: false,
      heads,
      removedIds: [],
    });
    for (const conversation of own) {
      if (device.holds(conversation)) device.sync(conversation);
      else device.load(conversation);
      device.hold(conversation, conversation.members.get(userId)?.readSeq ?? 0);
    }
    for (const outgoing of device.outbox) this.send(device, outgoing);
    this.tellPresence(userId);
    for (const watched of Object.values(people)) this.tellPresence(watched);
  }

  endFault(): void {
    if (this.isFaulty) this.toggleFault();
  }

  toggleFault(): void {
    const fault = { class: 'F8', name: 'flapping line' } as const;
    if (!this.isFaulty) this.record({ event: 'fault', fault: ++this.faults, phase: 'begin', ...fault });
    else
      for (const phase of ['end', 'healed'] as const)
        this.record({ event: 'fault', fault: this.faults, phase, ...fault });
    this.isFaulty = !this.isFaulty;
  }

  /** Everybody comes back, everything arrives, Eve signs out; then the truth is read. */
  finish(): { readonly history: History; readonly truth: Truth } {
    this.endFault();
    for (const device of this.devices) this.resume(device);
    this.settle();
    this.signOutEve();
    return { history: this.recorder.history(), truth: this.truth() };
  }

  /** What connected devices sent is answered, what was pushed arrives, and what was lost is found. */
  settle(): void {
    for (const device of this.devices.filter(({ isConnected }) => isConnected))
      while (device.outbox.length > 0) {
        this.commit(device);
        this.answer(device);
      }
    for (const device of this.devices) while (device.inbox.length > 0) this.deliver(device, 1);
    for (const device of this.devices.filter(({ isConnected }) => isConnected))
      for (const conversation of this.conversations) device.sync(conversation);
  }

  private signOutEve(): void {
    const eve = this.devices.find(({ userId }) => userId === people.eve);
    if (eve === undefined) return;
    this.record({ event: 'session-ended', device: eve.name });
    this.drop(eve);
  }

  private truth(): Truth {
    return {
      conversations: this.conversations.map((one) => one.truth()),
      devices: this.devices
        .filter((device) => device.isConnected)
        .map((device) => ({ device: device.name, views: device.shows() })),
      presence: Object.values(people).map((userId) => {
        const isConnected = this.isOnline(userId);
        return { userId, isConnected, isOnline: isConnected };
      }),
      gauges: { baseline: idle, final: idle },
    };
  }

  private introduce(name: (typeof deviceNames)[number]): ModelDevice {
    const userId = people[name.slice(0, 3) as keyof typeof people];
    this.record({ event: 'device', device: name, userId, transport: 'websocket' });
    return new ModelDevice(name, userId, this.recorder);
  }

  private send(device: ModelDevice, outgoing: Outgoing): void {
    const { conversation, clientMsgId, content } = outgoing;
    outgoing.attempt = this.recorder.nextAttempt();
    outgoing.isCommitted = false;
    const { attempt } = outgoing;
    this.record({ event: 'send', attempt, device: device.name, conversationId: conversation.id, clientMsgId, content });
  }

  private tellPresence(userId: number): void {
    const [watcher] = this.devices;
    if (watcher?.isConnected !== true) return;
    this.record({ event: 'presence', device: watcher.name, presence: { userId, isOnline: this.isOnline(userId) } });
  }

  private isOnline(userId: number): boolean {
    return this.devices.some((device) => device.userId === userId && device.isConnected);
  }

  private text(conversation: ModelConversation): SendableContent {
    const body = ++this.bodies;
    return { type: 'text', text: `words ${canaryText({ conversationId: conversation.id, body })}` };
  }

  private record(happening: Happening): void {
    this.recorder.record(happening);
  }
}
