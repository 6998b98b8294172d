import type { Services, ServiceName } from './rpc.ts';

/** Everything optional is there as well, so that a sample shows all there is. */
type Whole<T> = unknown extends T
  ? T
  : T extends Atom
    ? T
    : { readonly [Key in keyof T]-?: Whole<NonNullable<T[Key]>> };

type Atom = string | number | boolean | null | undefined | void;
type Lost =
  | bigint
  | symbol
  | Date
  | Uint8Array
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown);

/** What of `T` JSON would lose: never, if nothing. `Depth` ends types that contain themselves. */
type NotJson<T, Depth extends readonly 0[] = []> = unknown extends T
  ? never
  : Depth['length'] extends 12
    ? never
    : T extends Atom
      ? never
      : T extends Lost
        ? T
        : T extends readonly (infer Item)[]
          ? NotJson<Item, [...Depth, 0]>
          : { [Key in keyof T]-?: NotJson<T[Key], [...Depth, 0]> }[keyof T];

type Method = (...args: never) => Promise<unknown>;
type Sample<M> = M extends Method
  ? { readonly args: Whole<Parameters<M>>; readonly result: Whole<Awaited<ReturnType<M>>> }
  : never;
type Crossing<M> = M extends Method ? Parameters<M> | Awaited<ReturnType<M>> : never;

/** Does not compile when a type of the contract holds what JSON does not. [C7] */
type LostOnTheWay = { [R in ServiceName]: { [M in keyof Services[R]]: NotJson<Crossing<Services[R][M]>> } };
type AnyLost = { [R in ServiceName]: LostOnTheWay[R][keyof LostOnTheWay[R]] }[ServiceName];
export const isAllJson: [AnyLost] extends [never] ? true : AnyLost = true;

const session = {
  userId: 5,
  deviceId: 50,
  userName: 'ann',
  displayName: 'Ann 安 🙂',
  kind: 'person',
  isAdmin: false,
  expiresAt: 2_000_000_000_000,
} as const;
const connection = { nodeId: 'n1', bootId: 'boot-1', connectionId: '7' } as const;
const caller = {
  session,
  token: 'secret',
  address: '::1',
  connection,
  requestId: 'r-1',
  trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  idempotencyKey: 'key "quoted"\n\u2028',
} as const;
const error = {
  code: 'rate-limited',
  message: 'Slowly.',
  retryable: true,
  retryAfterMs: 1_500,
  fields: [{ pointer: '/text', message: 'too long' }],
  requestId: 'r-1',
} as const;
const effects = {
  session,
  subscribe: ['c:1', 'u:5'],
  floors: [{ topic: 'c:1', joinSeq: 3, seq: 9, version: 12 }],
  unsubscribe: ['h:1'],
  presence: [],
  close: 'signed-out',
} as const;

/** A value of every argument and every result of the contract. */
export const samples: { readonly [R in ServiceName]: { readonly [M in keyof Services[R]]: Sample<Services[R][M]> } } = {
  logic: {
    handle: {
      args: [
        [{ command: 'message.send', params: { text: 'a\u0000\ud83d\ude42', none: null, list: [0.5, -1e21] }, caller }],
      ],
      result: [{ result: { id: '9007199254740993' }, error, effects, rate: { limit: 1, remaining: 0, resetMs: 10 } }],
    },
    closed: { args: [[{ session, ...connection }]], result: undefined },
    membersAmong: {
      args: [[{ conversationId: 1, userIds: [2, 3] }]],
      result: [{ conversationId: 1, version: 4, seq: 3, userIds: [3] }],
    },
    heads: { args: [[1, 2]], result: [{ conversationId: 1, version: Number.MAX_SAFE_INTEGER, seq: 0 }] },
  },
  connect: {
    deliver: {
      args: [
        [
          {
            topic: 'c:1',
            push: { push: 'conversation.head', conversationId: 1, version: 3, seq: 2 },
            context: { kind: 'direct', senderName: 'ann', recipient: { id: 6, name: 'ben' }, trace: caller.trace },
            isFenced: true,
            joins: [5],
            parts: [6],
          },
          {
            topic: 'u:6',
            push: { push: 'raw', format: 'seed', text: '{"op":3}' },
            context: { kind: 'room', senderName: '', recipient: { id: 0, name: '' }, trace: '' },
            isFenced: false,
            joins: [],
            parts: [],
          },
        ],
      ],
      result: undefined,
    },
    listeners: { args: ['c:1', 200], result: { userIds: [5, 6], count: 2 } },
    subscribe: {
      args: ['7', ['c:1', 'p:5'], [{ topic: 'c:1', joinSeq: 3, seq: 9, version: 12 }]],
      result: undefined,
    },
    end: { args: [[50], 'session-ended'], result: undefined },
    post: {
      args: [
        {
          streamId: 'b1.secret',
          number: 7,
          frames: ['{"id":1}', ''],
          unreadable: { code: 'invalid-frame', message: 'no' },
        },
      ],
      result: undefined,
    },
  },
  seed: {
    enterRoom: { args: [caller, 1], result: undefined },
    announceCount: { args: [1], result: undefined },
    announceInfo: { args: [1], result: undefined },
    audienceChanged: { args: [1], result: undefined },
  },
};
