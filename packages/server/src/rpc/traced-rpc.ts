import { findCommand } from '@parley/protocol';
import type { Delivery } from '../delivery.ts';
import type { Log } from '../log.ts';
import { newTrace } from './http-wire.ts';
import type { CommandCall, ConnectService, LogicService, Rpc, ServiceName, Services } from './rpc.ts';

/**
 * Follows commands on their way through the roles: each gets a trace, and each hop is one line of the log with it, from the command of a
 * client to the node that publishes its push. Not there when nobody reads such lines, so that then it costs nothing.
 */
export class TracedRpc implements Rpc {
  private readonly rpc: Rpc;
  private readonly log: Log;

  constructor(rpc: Rpc, log: Log) {
    this.rpc = rpc;
    this.log = log;
  }

  serve<R extends ServiceName>(role: R, service: Services[R]): () => void {
    return this.rpc.serve(role, this.answering(service, role));
  }

  call<R extends ServiceName>(role: R, nodeId?: string): Services[R] {
    return this.asking(this.rpc.call(role, nodeId), role, nodeId);
  }

  close(): Promise<void> {
    return this.rpc.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private asking<R extends ServiceName>(service: Services[R], role: R, nodeId?: string): Services[R] {
    if (role === 'logic') return this.askLogic(service as LogicService) as Services[R];
    return role === 'connect' ? (this.askConnect(service as ConnectService, nodeId) as Services[R]) : service;
  }

  private answering<R extends ServiceName>(service: Services[R], role: R): Services[R] {
    if (role === 'logic') return this.answerAsLogic(service as LogicService) as Services[R];
    return role === 'connect' ? (this.answerAsConnect(service as ConnectService) as Services[R]) : service;
  }

  private askLogic(logic: LogicService): LogicService {
    return {
      handle: (calls) => logic.handle(calls.map((call) => this.begin(call))),
      closed: (connections) => logic.closed(connections),
      heads: (conversationIds) => logic.heads(conversationIds),
      membersAmong: (listeners) => logic.membersAmong(listeners),
    };
  }

  private answerAsLogic(logic: LogicService): LogicService {
    return {
      handle: async (calls) => {
        const outcomes = await logic.handle(calls);
        for (const [index, { caller }] of calls.entries())
          this.log.debug({ trace: caller.trace, error: outcomes[index]?.error?.code }, 'Handled a command');
        return outcomes;
      },
      closed: (connections) => logic.closed(connections),
      heads: (conversationIds) => logic.heads(conversationIds),
      membersAmong: (listeners) => logic.membersAmong(listeners),
    };
  }

  private askConnect(connect: ConnectService, nodeId: string | undefined): ConnectService {
    return {
      ...untraced(connect),
      deliver: (batch) => {
        this.note(batch, { nodeId }, 'Delivers to a node');
        return connect.deliver(batch);
      },
    };
  }

  private answerAsConnect(connect: ConnectService): ConnectService {
    return {
      ...untraced(connect),
      deliver: async (batch) => {
        await connect.deliver(batch);
        this.note(batch, {}, 'Published to the sockets of a topic');
      },
    };
  }

  private begin(call: CommandCall): CommandCall {
    const { command, caller } = call;
    const trace = caller.trace ?? newTrace();
    // What is no command may be anything that somebody sent, such as a token in the wrong place.
    const name = findCommand(command)?.name;
    this.log.debug({ trace, requestId: caller.requestId, command: name }, 'Sends a command to logic');
    return { ...call, caller: { ...caller, trace } };
  }

  private note(batch: readonly Delivery[], facts: object, message: string): void {
    for (const { topic, context } of batch)
      if (context?.trace !== undefined) this.log.debug({ trace: context.trace, topic, ...facts }, message);
  }
}

function untraced(connect: ConnectService): Omit<ConnectService, 'deliver'> {
  return {
    listeners: (topic, limit) => connect.listeners(topic, limit),
    subscribe: (connectionId, topics, floors) => connect.subscribe(connectionId, topics, floors),
    end: (deviceIds, reason) => connect.end(deviceIds, reason),
    post: (posted) => connect.post(posted),
  };
}
