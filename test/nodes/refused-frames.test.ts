import assert from 'node:assert/strict';
import type { Posting, PostingResult } from '../../nodes/lib/ledger/posting';
import { MeterRules } from '../../nodes/lib/meter/meter-rules';
import { MeterWatch } from '../../nodes/lib/meter/meter-watch';
import { Receipts } from '../../nodes/lib/meter/receipts';
import { RegisterChain } from '../../nodes/lib/meter/register-chain';
import { PayloadReader } from '../../nodes/lib/meter/shapes/payload-reader';
import type { Site } from '../../nodes/lib/site/site';
import { ReadingGate, type GateOutputs } from '../../nodes/meter-ingest/reading-gate';

const NOW_MS = 1_780_000_000_000;
const FRAME = 5_000;
/** At most so many lines are written at once, and so many wait. */
const MAX_UNDER_WAY = 64;
const MAX_WAITING = 20_000;

type Settle = (error: Error | null, result?: PostingResult) => void;

describe('a frame of readings that are refused', () => {
  let asked: string[];
  let submitted: { posting: Posting; settle: Settle }[];
  let faults: string[];
  let answers: (Error | null)[];
  let gate: ReadingGate;

  beforeEach(() => {
    asked = [];
    submitted = [];
    faults = [];
    answers = [];
    const rules = new MeterRules([], {});
    const site = {
      chain: new RegisterChain({ maxFutureMs: 1_000, maxPowerW: 1e6 }, () => undefined),
      receipts: new Receipts(10_000, 1_000),
      store: {},
      nowMs: () => NOW_MS,
      monotonicMs: () => 0,
      submit: (posting: Posting, settle: Settle) => submitted.push({ posting, settle }),
    };
    gate = new ReadingGate({
      site: site as unknown as Site,
      ingestId: 'ingest',
      answersOnCommit: true,
      isBound: (device) => {
        asked.push(device);
        return device !== 'gw';
      },
      reader: new PayloadReader({ settingsOf: () => ({}), storedWh: () => null }),
      rules,
      watch: new MeterWatch(rules, true),
      onFault: ({ message }) => faults.push(message),
    });
  });

  const send = (device: string, prefix: string, energyWh = 1): GateOutputs => {
    const frame = Array.from({ length: FRAME }, (_, n) => ({ meterId: `${prefix}${n}`, energyWh }));
    const payload = Buffer.from(JSON.stringify(frame));
    return gate.fromBroker({
      topic: `wk/${device}/reading`,
      payload,
      answer: (error) => answers.push(error),
    });
  };
  const settleAll = (): number => {
    let most = 0;
    while (submitted.length > 0) {
      most = Math.max(most, submitted.length);
      for (const { settle } of submitted.splice(0)) settle(null, { outcome: 'recorded' });
    }
    return most;
  };

  for (const [device, energyWh, reason] of [
    ['thief', 1, 'foreign meters'],
    ['gw', -1, 'nonsense'],
  ] as const)
    it(`asks once and writes one line for ${FRAME} of ${reason}, and names each on its output`, () => {
      const { refusals } = send(device, 'X', energyWh);
      assert.ok(asked.length <= 1);
      assert.equal(submitted.length, 1);
      assert.equal(
        new Set(refusals.map(({ payload }) => (payload as { value: string }).value)).size > 1,
        energyWh > 0,
      );
      assert.equal(refusals.length, FRAME);
      assert.deepEqual(answers, []);
      settleAll();
      assert.deepEqual(answers, [null]);
      assert.equal(gate.counters.rejected, FRAME);
    });

  it('writes meters that nobody knows down a few at a time, each by itself', () => {
    send('gw', 'X');
    assert.equal(gate.counters.held, FRAME);
    assert.equal(submitted.length, MAX_UNDER_WAY);
    assert.equal(settleAll(), MAX_UNDER_WAY);
    assert.deepEqual([answers, faults], [[null], []]);
  });

  it('lets a bounded number wait; what is more is said and sent again', () => {
    const frames = Math.ceil((MAX_WAITING + MAX_UNDER_WAY + 1) / FRAME);
    for (let n = 0; n < frames; n += 1) send('gw', `${n}-`);
    const over = frames * FRAME - MAX_WAITING - MAX_UNDER_WAY;
    settleAll();
    assert.deepEqual(faults, [
      `${over} of ${FRAME} refused readings that wk/gw/reading sent are not stored: too many wait already`,
    ]);
    assert.deepEqual(
      answers.map((error) => error === null),
      Array.from({ length: frames }, (_, n) => n < frames - 1),
    );
    assert.equal(submitted.length, 0);
  });

  for (const failEvery of [1, 3])
    it(`has one fault when the ledger takes none of every ${failEvery}, and is sent again`, () => {
      send('gw', 'X');
      let written = 0;
      while (submitted.length > 0)
        for (const { settle } of submitted.splice(0)) {
          written += 1;
          if (written % failEvery === 0) settle(new Error(`disk full at ${written}`));
          else settle(null, { outcome: 'recorded' });
        }
      assert.equal(written, FRAME);
      const notStored = Math.floor(FRAME / failEvery);
      assert.deepEqual(faults, [
        `${notStored} of ${FRAME} refused readings that wk/gw/reading sent are not stored: disk full at ${failEvery}`,
      ]);
      assert.equal(answers.length, 1);
      assert.match(String(answers[0]), /send it again/);
    });

  it('is sent again when the node closes before it is written down', () => {
    send('gw', 'X');
    gate.close();
    settleAll();
    assert.equal(answers.length, 1);
    assert.match(String(answers[0]), /send it again/);
    assert.deepEqual(faults, [], 'a deploy is no fault');
  });
});
