import assert from 'node:assert/strict';
import { MeterRules } from '../../nodes/lib/meter/meter-rules';
import { MeterWatch } from '../../nodes/lib/meter/meter-watch';
import { Receipts } from '../../nodes/lib/meter/receipts';
import { RegisterChain } from '../../nodes/lib/meter/register-chain';
import { PayloadReader } from '../../nodes/lib/meter/shapes/payload-reader';
import type { Site } from '../../nodes/lib/site/site';
import { ReadingGate, type Arrival, type GateOutputs } from '../../nodes/meter-ingest/reading-gate';

const NOW_MS = 1_780_000_000_000;
const HOUR_MS = 3_600_000;
const RECEIPT_LIFE_MS = 10_000;

describe('the gate of readings', () => {
  let receipts: Receipts;
  let storeFault: Error | null;
  let faults: string[];
  let answers: string[];
  let gate: ReadingGate;
  let watch: MeterWatch;

  beforeEach(() => {
    storeFault = null;
    faults = [];
    answers = [];
    receipts = new Receipts(RECEIPT_LIFE_MS, 1_000);
    const rules = new MeterRules([], {});
    watch = new MeterWatch(rules, true);
    const chain = new RegisterChain({ maxFutureMs: 1_000, maxPowerW: 1e6 }, (meterId) =>
      meterId.startsWith('M')
        ? {
            accountId: 'A1',
            openedMs: 0,
            head: { atMs: NOW_MS - HOUR_MS, energyWh: 0, exportWh: null },
            offset: { energyWh: 0, exportWh: 0 },
            loadW: 0,
          }
        : undefined,
    );
    const site = {
      chain,
      receipts,
      store: { storedMoment: () => ({ headMs: null, energyWh: null }), around: () => undefined },
      nowMs: () => NOW_MS,
      monotonicMs: () => 0,
      submit: (_posting: unknown, answer: (error: Error | null, result: unknown) => void) => {
        if (storeFault) throw storeFault;
        answer(null, { outcome: 'recorded' });
      },
    };
    gate = new ReadingGate({
      site: site as unknown as Site,
      ingestId: 'ingest',
      answersOnCommit: true,
      isBound: () => true,
      reader: new PayloadReader({ settingsOf: () => ({}), storedWh: () => null }),
      rules,
      watch,
      onFault: ({ message }) => faults.push(message),
    });
  });

  const arrival = (meterId: string, payload: unknown): Arrival => ({
    topic: `wk/${meterId}/reading`,
    payload: Buffer.from(JSON.stringify(payload)),
    answer: (error) => answers.push(`${meterId} ${error ? 'fails' : 'is stored'}`),
  });
  const sendAll = (energyWh: number): GateOutputs[] =>
    gate.fromBrokerTogether(
      Array.from({ length: 10 }, (_, index) => arrival(`M${index}`, { energyWh })),
      (_, error) => assert.fail(String(error)),
    );
  /** Ends the readings of a message as the ledger would, which does not like M3. */
  const end = ({ accepted }: GateOutputs): void => {
    for (const reading of [accepted?.payload].flat() as { meterId: string }[])
      receipts.settle(accepted?.prepaid?.receipt, 1, reading.meterId === 'M3' ? 'failed' : 'durable');
  };

  it('sends the readings of a bundle that failed on one by one, so that only the bad one fails again', () => {
    const [bundle, ...others] = sendAll(100);
    assert.ok(bundle && others.length === 0);
    end(bundle);
    assert.equal(answers.filter((one) => one.endsWith('fails')).length, 10);
    answers = [];
    const alone = sendAll(200);
    assert.equal(alone.length, 10);
    alone.forEach(end);
    assert.deepEqual(
      answers.filter((one) => one.endsWith('fails')),
      ['M3 fails'],
    );
    assert.equal(sendAll(300).length, 2, 'nine together again, and the bad one by itself');
  });

  it('answers once, and says what went wrong, when the ledger cannot even be asked', () => {
    storeFault = new Error('the ledger is closed');
    const outputs = gate.fromBroker(arrival('M1', 'nonsense'));
    receipts.expire(10 * RECEIPT_LIFE_MS);
    assert.deepEqual([answers, outputs.accepted], [['M1 fails'], null]);
    assert.deepEqual(faults, ['what wk/M1/reading sent is not stored: the ledger is closed']);
  });

  it('keeps nothing of meters that nobody registered, and tells of relays under any name', () => {
    const say = (device: string, text: string): GateOutputs =>
      gate.fromBroker({ topic: device, payload: Buffer.from(text), answer: null });
    for (const text of ['Meter Started', '230:229', 'meter is on']) say('stranger', text);
    const told = watch.takeNews().map(({ kind }) => kind);
    assert.deepEqual([told, gate.topicOf('stranger')], [['relay'], undefined]);
    for (const text of ['Meter Started', '230:229', 'meter is on']) say('M1', text);
    assert.ok(watch.takeNews().length > 0);
    assert.equal(gate.topicOf('M1'), 'M1');
  });
});
