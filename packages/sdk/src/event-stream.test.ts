import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { EventStream, eventCharsMax, type StreamEvent } from './event-stream.ts';

function read(text: string, cuts: readonly number[] = []): StreamEvent[] {
  const stream = new EventStream();
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  return places.slice(1).flatMap((end, index) => stream.push(text.slice(places[index], end)));
}

describe('an event stream', () => {
  test('has events with and without a name; comments and unknown fields mean nothing', () => {
    expect(
      read('event: open\ndata: {"streamId":"s"}\n\n:\n\n: hello\ndata:{"id":1}\nretry: 5\n\nevent: x\n\n'),
    ).toEqual([
      { name: 'open', text: '{"streamId":"s"}' },
      { name: 'message', text: '{"id":1}' },
    ]);
  });

  test('joins the lines of one event, and takes either line end', () => {
    expect(read('data: a\r\ndata:  b\r\n\r\ndata: c\n\n')).toEqual([
      { name: 'message', text: 'a\n b' },
      { name: 'message', text: 'c' },
    ]);
  });

  test('gives nothing for what has not ended', () => {
    expect(read('data: a\n')).toEqual([]);
  });

  test('F11 is understood however it is cut', () => {
    const texts = fc.array(
      fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(texts, fc.array(fc.nat()), (frames, cuts) => {
        const events = read(frames.map((frame) => `data: ${frame}\n\n:\n\n`).join(''), cuts);
        expect(events.map(({ text }) => text)).toEqual(frames);
      }),
    );
  });

  test('that never ends an event is given up', () => {
    const stream = new EventStream();
    const part = 'x'.repeat(1_048_576);
    expect(() => {
      for (let count = 0; count <= eventCharsMax / part.length + 1; count++) stream.push(part);
    }).toThrow(RangeError);
  });
});
