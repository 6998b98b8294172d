import type { CommandCall, ConnectService, LogicService, Rpc, ServiceName, Services } from '../rpc/rpc.ts';
import type { Faults } from './faults.ts';

type Decorators = { readonly [R in ServiceName]: (service: Services[R]) => Services[R] };

/** Calls between roles that pass fault points on both sides. */
export class FaultyRpc implements Rpc {
  private readonly rpc: Rpc;
  private readonly asking: Decorators;
  private readonly answering: Decorators;

  constructor(rpc: Rpc, faults: Faults) {
    this.rpc = rpc;
    this.asking = {
      logic: (service) => askLogic(service, faults),
      connect: (service) => askConnect(service, faults),
      seed: (service) => service,
    };
    this.answering = {
      logic: (service) => answerAsLogic(service, faults),
      connect: (service) => answerAsConnect(service, faults),
      seed: (service) => service,
    };
  }

  serve<R extends ServiceName>(role: R, service: Services[R]): () => void {
    return this.rpc.serve(role, this.answering[role](service));
  }

  call<R extends ServiceName>(role: R, nodeId?: string): Services[R] {
    return this.asking[role](this.rpc.call(role, nodeId));
  }

  close(): Promise<void> {
    return this.rpc.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function askLogic(logic: LogicService, faults: Faults): LogicService {
  return {
    async handle(calls) {
      await faults.at('command.received');
      return logic.handle(calls);
    },
    closed: (connections) => logic.closed(connections),
    heads: (conversationIds) => logic.heads(conversationIds),
    membersAmong: (listeners) => logic.membersAmong(listeners),
  };
}

function answerAsLogic(logic: LogicService, faults: Faults): LogicService {
  return {
    async handle(calls) {
      if (hasAny(calls, 'session.hello')) await faults.at('hello.before');
      if (hasAny(calls, 'message.sync', 'session.changes')) await faults.at('sync.before');
      const outcomes = await logic.handle(calls);
      if (hasAny(calls, 'session.hello')) await faults.at('welcome.before');
      if (hasAny(calls, 'message.send')) await faults.at('ack.before');
      return outcomes;
    },
    closed: (connections) => logic.closed(connections),
    heads: (conversationIds) => logic.heads(conversationIds),
    membersAmong: (listeners) => logic.membersAmong(listeners),
  };
}

function askConnect(connect: ConnectService, faults: Faults): ConnectService {
  return {
    async deliver(batch) {
      await faults.at('deliver.before');
      await connect.deliver(batch);
      await faults.at('deliver.after');
    },
    listeners: (topic, limit) => connect.listeners(topic, limit),
    subscribe: (connectionId, topics, floors) => connect.subscribe(connectionId, topics, floors),
    end: (deviceIds, reason) => connect.end(deviceIds, reason),
    post: (posted) => connect.post(posted),
  };
}

function answerAsConnect(connect: ConnectService, faults: Faults): ConnectService {
  return {
    /** One at a time when something is to happen there, so that a batch can end in its middle. */
    async deliver(batch) {
      const parts = faults.isArmed('publish.before') ? batch.map((delivery) => [delivery]) : [batch];
      for (const part of parts) {
        await faults.at('publish.before');
        await connect.deliver(part);
      }
    },
    listeners: (topic, limit) => connect.listeners(topic, limit),
    subscribe: (connectionId, topics, floors) => connect.subscribe(connectionId, topics, floors),
    end: (deviceIds, reason) => connect.end(deviceIds, reason),
    post: (posted) => connect.post(posted),
  };
}

function hasAny(calls: readonly CommandCall[], ...names: readonly string[]): boolean {
  return calls.some(({ command }) => names.includes(command));
}
