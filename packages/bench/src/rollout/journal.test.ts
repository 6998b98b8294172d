import { describe, expect, test } from 'bun:test';
import { Journal } from './journal.ts';

const message = (seq: number, text = `text ${seq}`) => ({ conversationId: 7, seq, text });

/** Two receivers of one conversation, to whom three acknowledged messages were told. */
function whole(): Journal {
  const journal = new Journal();
  for (const receiver of ['ann', 'ben']) journal.listens(receiver, 7, 0);
  for (const seq of [1, 2, 3]) {
    for (const receiver of ['ann', 'ben']) journal.heard(receiver, message(seq));
    journal.acknowledged(7, seq, `text ${seq}`);
  }
  return journal;
}

describe('what a rollout is judged by', () => {
  test('is content when everyone was told everything once and in order', () => {
    const journal = whole();
    expect([journal.violations, journal.lost(), journal.deliveries]).toEqual([[], [], 6]);
  });

  test('finds what was acknowledged and not told', () => {
    const journal = whole();
    journal.acknowledged(7, 4, 'text 4');
    journal.heard('ann', message(4));
    expect(journal.lost()).toEqual(['ben 7 stands at 3 of 4.']);
  });

  test('finds what was told twice, or out of order', () => {
    const journal = whole();
    journal.heard('ann', message(3));
    journal.heard('ben', message(5));
    expect(journal.violations).toHaveLength(2);
  });

  test('finds two texts for one place, also when only the ack differs', () => {
    const journal = whole();
    journal.heard('ann', message(4));
    journal.heard('ben', message(4, 'another'));
    journal.acknowledged(7, 4, 'a third');
    expect(journal.violations).toHaveLength(1);
    expect(journal.lost()).toEqual(['7 4 is not what was acknowledged.']);
  });

  test('finds one place that was acknowledged twice', () => {
    const journal = whole();
    journal.acknowledged(7, 3, 'text 3');
    expect(journal.violations).toHaveLength(1);
  });
});
