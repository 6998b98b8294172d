import { describe, test } from 'bun:test';
import type { Rule, StoreUnderTest } from './conformance-world.ts';
import { appendRules } from './append.conformance.ts';
import { durabilityRules } from './durability.conformance.ts';
import { searchRules } from './search.conformance.ts';
import { valueRules } from './values.conformance.ts';

/** Rules S1 to S12 of the port. Each test gets data of its own from `open`. */
export function storeConformance(name: string, open: () => Promise<StoreUnderTest>): void {
  const rule: Rule = (sentence, work) =>
    test(sentence, async () => {
      await using subject = await open();
      await work(subject);
    });
  describe(`store: ${name}`, () => {
    durabilityRules(rule);
    appendRules(rule);
    valueRules(rule);
    searchRules(rule);
  });
}
