import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  firstTransport,
  learn,
  nothingLearnt,
  type TransportFinding,
  type TransportMemory,
} from './transport-choice.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const after = (findings: readonly TransportFinding[], now = 0): TransportMemory =>
  findings.reduce((memory, finding) => learn(memory, finding, now), nothingLearnt);

describe('which transport comes first', () => {
  test('a WebSocket, while nothing is known', () => {
    expect(firstTransport(nothingLearnt, 0)).toBe('websocket');
  });

  test('a stream for a minute, once WebSockets are known to be blocked; then a WebSocket again', () => {
    const memory = after(['blocked']);
    expect(firstTransport(memory, minuteMs - 1)).toBe('stream');
    expect(firstTransport(memory, minuteMs)).toBe('websocket');
  });

  test('each time they are found blocked again they are left alone for twice as long, an hour at most', () => {
    const waits = [1, 2, 3, 6, 7, 100].map((times) => after(Array<TransportFinding>(times).fill('blocked')).retryAt);
    expect(waits).toEqual([1, 2, 4, 32, 60, 60].map((minutes) => minutes * minuteMs));
  });

  test('one WebSocket that ended before it carried anything may be a server going down; two, or one that is silent, are something in between', () => {
    expect(firstTransport(after(['mute']), 0)).toBe('websocket');
    expect(firstTransport(after(['mute', 'carried', 'mute']), 0)).toBe('websocket');
    expect(firstTransport(after(['mute', 'mute']), 0)).toBe('stream');
    expect(firstTransport(after(['silent']), 0)).toBe('stream');
  });

  test('a WebSocket that carried a frame makes all of it forgotten', () => {
    expect(after(['blocked', 'blocked', 'mute', 'carried'])).toEqual(nothingLearnt);
  });

  test('whatever was found, no stream is preferred for longer than an hour', () => {
    const findings = fc.array(fc.constantFrom<TransportFinding>('carried', 'mute', 'silent', 'blocked'), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(findings, fc.nat({ max: 10 * hourMs }), (found, now) => {
        expect(firstTransport(after(found, now), now + hourMs)).toBe('websocket');
      }),
    );
  });
});
