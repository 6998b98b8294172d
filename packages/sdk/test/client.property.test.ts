import { describe, test } from 'bun:test';
import fc from 'fast-check';
import { expectRunEndsFresh, weights, type Step } from './client-world.ts';
import { propertyRuns } from './property-runs.ts';

const slow = 300_000;
const stepsMax = 60;

const steps: fc.Arbitrary<Step> = fc.oneof(
  ...Object.entries(weights).map(([name, weight]) => ({
    weight,
    arbitrary: fc.tuple(fc.constant(name as Step[0]), fc.nat({ max: 200 })),
  })),
);

describe('I15 a client ends up showing what a fresh one shows', () => {
  test(
    'whatever is lost, late, doubled or cut',
    () =>
      fc.assert(
        fc.asyncProperty(fc.array(steps, { maxLength: stepsMax, size: 'max' }), fc.boolean(), expectRunEndsFresh),
        propertyRuns(5_000),
      ),
    slow,
  );

  const cases: readonly (readonly [when: string, run: readonly Step[], byReconnect?: boolean])[] = [
    [
      'an edit takes a mention back',
      [
        ['otherWrites', 0],
        ['edit', 0],
      ],
    ],
    [
      'a push overtakes the answer to what was lost before it',
      [
        ['otherWrites', 0],
        ['otherWrites', 0],
        ['deliverAny', 1],
        ['otherWrites', 0],
        ['deliverAny', 2],
      ],
    ],
    [
      'something comes while a gap is being filled',
      [
        ['otherWrites', 4],
        ['lose', 0],
        ['ownDeviceWrites', 184],
        ['open', 115],
        ['deliverNext', 0],
        ['write', 10],
        ['deliverAny', 3],
      ],
    ],
    [
      'only a part was read, and what follows is one’s own',
      [
        ['otherWrites', 83],
        ['write', 65],
        ['double', 0],
        ['readSome', 29],
        ['deliverAny', 7],
      ],
    ],
    [
      'one is put out while an answer from before is on its way',
      [
        ['open', 0],
        ['putOut', 0],
        ['deliverAny', 2],
      ],
    ],
    [
      'a new title comes behind a lost message',
      [
        ['open', 107],
        ['otherWrites', 26],
        ['rename', 110],
        ['deliverNext', 0],
        ['deliverAny', 46],
      ],
    ],
    [
      'a message is hidden elsewhere before it is known here',
      [
        ['otherWrites', 167],
        ['deliverNext', 0],
        ['ownDeviceHides', 110],
      ],
    ],
    [
      'a message is hidden elsewhere while the connection is lost in the middle of opening',
      [
        ['write', 76],
        ['deliverNext', 0],
        ['open', 142],
        ['deliverAny', 0],
        ['deliverNext', 0],
        ['ownDeviceHides', 97],
      ],
      true,
    ],
    [
      'one jumps within a room one was put out of',
      [
        ['open', 2],
        ['putOut', 47],
        ['otherWrites', 17],
        ['deliverNext', 0],
        ['deliverNext', 0],
        ['jump', 44],
        ['edit', 179],
      ],
    ],
    [
      'one is put out while two answers from before are on their way',
      [
        ['otherWrites', 0],
        ['open', 1],
        ['double', 0],
        ['cut', 0],
        ['wait', 13],
        ['deliverNext', 0],
        ['deliverAny', 0],
        ['wait', 2],
        ['hide', 0],
        ['open', 0],
        ['deliverAny', 0],
        ['deliverNext', 0],
        ['deliverAny', 139],
        ['putOut', 0],
        ['deliverAny', 0],
        ['deliverAny', 6],
      ],
    ],
    [
      'one is put out and taken in again, and hears of it late',
      [
        ['putOut', 130],
        ['takeIn', 10],
        ['write', 136],
        ['deliverAny', 85],
        ['deliverAny', 0],
        ['deliverNext', 0],
        ['deliverAny', 70],
        ['wait', 15],
        ['deliverAny', 16],
      ],
    ],
    [
      'the answer to what is missing never comes',
      [
        ['otherWrites', 179],
        ['deliverAny', 0],
        ['wait', 129],
        ['wait', 184],
        ['wait', 187],
      ],
    ],
    [
      'the server confirms what was read before an older answer comes',
      [
        ['otherWrites', 25],
        ['deliverAny', 0],
        ['otherWrites', 0],
        ['edit', 22],
        ['otherWrites', 0],
        ['ownDeviceWrites', 40],
        ['read', 46],
        ['deliverNext', 0],
        ['double', 2],
        ['wait', 15],
        ['deliverAny', 77],
      ],
    ],
    [
      'a message is hidden between the asking and the answer',
      [
        ['otherWrites', 4],
        ['open', 4],
        ['hide', 178],
        ['deliverAny', 38],
        ['otherWrites', 0],
        ['deliverAny', 178],
      ],
    ],
    [
      'the list is to be loaded anew and the answer never comes',
      [
        ['cut', 0],
        ['forget', 0],
        ['wait', 13],
        ['deliverAny', 0],
        ['wait', 116],
        ['wait', 193],
        ['wait', 191],
      ],
    ],
    [
      'the answer to what was missed never comes',
      [
        ['open', 16],
        ['otherWrites', 178],
        ['otherWrites', 16],
        ['deliverAny', 127],
        ['deliverNext', 0],
        ['wait', 53],
        ['wait', 153],
        ['deliverAny', 0],
        ['wait', 186],
        ['wait', 108],
      ],
    ],
    [
      'a cursor moves while the list is loaded anew',
      [
        ['otherWrites', 64],
        ['open', 0],
        ['deliverAny', 0],
        ['forget', 0],
        ['deliverNext', 0],
        ['cut', 0],
        ['wait', 13],
        ['deliverNext', 0],
        ['deliverAny', 0],
        ['wait', 2],
        ['deliverAny', 102],
      ],
    ],
    [
      'something comes after the gap was asked about',
      [
        ['open', 40],
        ['open', 0],
        ['write', 184],
        ['rename', 25],
        ['deliverAny', 22],
        ['deliverAny', 137],
        ['otherWrites', 4],
        ['deliverAny', 55],
      ],
    ],
    [
      'a push comes before the page it belongs to',
      [
        ['open', 0],
        ['otherWrites', 0],
        ['deliverAny', 41],
      ],
    ],
    [
      'the peer’s cursor overtakes an older answer',
      [
        ['otherWrites', 0],
        ['open', 0],
        ['peerReads', 0],
        ['deliverAny', 2],
      ],
    ],
    [
      'something is written while the list is loaded anew',
      [
        ['putOut', 0],
        ['forget', 0],
        ['cut', 0],
        ['wait', 13],
        ['deliverAny', 0],
        ['otherWrites', 1],
        ['deliverAny', 1],
      ],
    ],
  ];
  test.each(cases)('when %s', (_when, run, byReconnect = false) => expectRunEndsFresh(run, byReconnect), slow);
});
