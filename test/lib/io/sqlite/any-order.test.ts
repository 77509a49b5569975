import fc from 'fast-check';
import { property } from '../../property';
import { pricedCase } from '../../tariff/random-tariff';
import { LedgerRun, step } from './ledger-run';

describe('a ledger to which anything comes in any order', () => {
  it('charges what the register costs by definition, to the micro and by account of the books', function () {
    this.timeout(120_000);
    property(
      fc.tuple(pricedCase, fc.array(step, { minLength: 5, maxLength: 60 }), fc.boolean()),
      ([given, steps, hasPowerFactors]) => {
        const run = new LedgerRun(given, hasPowerFactors);
        try {
          for (const one of steps) run.do(one);
          run.end();
        } finally {
          run.dispose();
        }
      },
      60,
    );
  });
});
