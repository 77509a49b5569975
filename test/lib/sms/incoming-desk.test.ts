import assert from 'node:assert/strict';
import { incomingPdus } from '../../../gateway/modem-simulator/incoming-pdus';
import type { ReceivedPdu } from '../../../nodes/lib/modem/message-shelf';
import { IncomingDesk, type IncomingText, type Reception } from '../../../nodes/lib/sms/incoming-desk';
import type { StatusReport } from '../../../nodes/lib/sms/status-report-pdu';
import { KeptRecords } from './kept-records';

const ANNA = '+9779841000001';
const BINOD = '+9779841000002';
const DAY_MS = 86_400_000;
const LONG = 'x'.repeat(200);

class Bench {
  nowMs = 0;
  reception: Reception = 'taken';
  readonly offered: IncomingText[] = [];
  readonly released: ReceivedPdu[] = [];
  readonly reports: StatusReport[] = [];
  readonly errors: string[] = [];
  readonly desk: IncomingDesk;
  private ids = 0;

  constructor(readonly store = new KeptRecords()) {
    this.desk = new IncomingDesk({
      store,
      wallMs: () => this.nowMs,
      newId: () => `${store.writes}-${(this.ids += 1)}`,
      offer: (text) => {
        this.offered.push(text);
        return this.reception;
      },
      onReport: (report) => {
        this.reports.push(report);
        return Promise.resolve();
      },
      release: (received) => {
        this.released.push(received);
        return Promise.resolve();
      },
      onError: (error) => void this.errors.push(error.message),
    });
  }

  /** The modem tells messages that lie in its slots. */
  async tell(pdus: readonly string[], firstSlot = 1): Promise<void> {
    for (const [at, pdu] of pdus.entries()) await this.desk.onPdu({ pdu, slot: firstSlot + at });
  }

  get slots(): (number | null)[] {
    return this.released.map(({ slot }) => slot);
  }
}

describe('incoming desk', function () {
  this.timeout(60_000);

  it('lets the modem delete a text only after the flow took it, and only its slot', async () => {
    const bench = new Bench();
    bench.reception = 'offered';
    await bench.tell(incomingPdus(ANNA, 'Hi', 1, 0), 4);
    const [text] = bench.offered;
    assert.deepEqual([text?.from, text?.text, text?.parts, text?.problem], [ANNA, 'Hi', 1, '']);
    assert.deepEqual(bench.slots, []);
    assert.equal(await bench.desk.onTaken(text!.incomingId), true);
    assert.deepEqual(bench.slots, [4]);
    assert.equal(await bench.desk.onTaken(text!.incomingId), false);
    assert.equal(bench.store.count('incoming'), 0);
  });

  it('offers again what nobody took, after a restart too, and tells it once more only then', async () => {
    const bench = new Bench();
    bench.reception = 'nobody';
    const pdus = incomingPdus(ANNA, 'Hi', 1, 0);
    await bench.tell(pdus);
    await bench.tell(pdus);
    assert.equal(bench.offered.length, 1, 'a message that is told again is known');
    const next = new Bench(bench.store.copy());
    await next.tell(pdus, 7);
    assert.equal(next.offered.length, 0);
    await next.desk.tick();
    assert.equal(next.offered[0]?.incomingId, bench.offered[0]?.incomingId);
    assert.deepEqual(next.slots, [7]);
    await next.desk.tick();
    assert.equal(next.offered.length, 1);
  });

  it('tells a text once whose process died between the flow and the modem', async () => {
    const bench = new Bench();
    const pdus = incomingPdus(ANNA, 'Hi', 1, 0);
    await bench.tell(pdus);
    assert.equal(bench.offered.length, 1);
    const next = new Bench(bench.store.copy());
    await next.tell(pdus, 3);
    assert.deepEqual([next.offered.length, next.slots], [0, [3]]);
  });

  it('puts parts together by sender, reference and total, over restarts, and frees all their slots', async () => {
    const [a1, a2] = incomingPdus(ANNA, `A${LONG}`, 5, 0);
    const [b1, b2] = incomingPdus(BINOD, `B${LONG}`, 5, 0);
    const bench = new Bench();
    await bench.tell([a2!, b1!], 1);
    assert.equal(bench.offered.length, 0);
    assert.deepEqual(bench.slots, []);
    const next = new Bench(bench.store.copy());
    await next.tell([a2!, b1!, b2!, a1!], 1);
    assert.deepEqual(
      next.offered.map(({ from, text }) => [from, text]),
      [
        [BINOD, `B${LONG}`],
        [ANNA, `A${LONG}`],
      ],
    );
    assert.deepEqual([...next.slots].sort(), [1, 2, 3, 4]);
  });

  it('lets go of a text whose rest does not come within a day', async () => {
    const [, second] = incomingPdus(ANNA, LONG, 5, 0);
    const bench = new Bench();
    await bench.tell([second!]);
    bench.nowMs = DAY_MS - 1;
    await bench.desk.tick();
    assert.equal(bench.offered.length, 0);
    bench.nowMs = DAY_MS;
    await bench.desk.tick();
    const [text] = bench.offered;
    assert.ok(text);
    assert.deepEqual(text.missing, [1]);
    assert.match(text.text ?? '', /^…x+$/);
    assert.deepEqual(bench.slots, [1]);
  });

  it('hands reports on and frees their slots', async () => {
    const bench = new Bench();
    await bench.tell(['0006010D91799708000000F1621112710000326211127100003200']);
    assert.equal(bench.reports[0]?.messageReference, 1);
    assert.deepEqual([bench.offered.length, bench.slots], [0, [1]]);
  });

  it('hands on what nobody can read as it is', async () => {
    const bench = new Bench();
    await bench.tell(['00FF']);
    const [text] = bench.offered;
    assert.ok(text);
    assert.deepEqual([text.text, text.dataHex], [null, '00FF']);
    assert.notEqual(text.problem, '');
    assert.deepEqual(bench.slots, [1]);
  });

  it('leaves everything in the modem when nothing can be written down', async () => {
    const bench = new Bench();
    const pdus = incomingPdus(ANNA, LONG, 1, 0);
    bench.store.isBroken = true;
    await bench.tell(pdus);
    assert.deepEqual([bench.offered.length, bench.slots, bench.errors.length], [0, [], 2]);
    bench.store.isBroken = false;
    await bench.tell(pdus);
    assert.equal(bench.offered[0]?.text, LONG);
  });

  it('takes up by itself what it could not write down, as the modem tells it only once', async () => {
    const bench = new Bench();
    bench.store.isBroken = true;
    await bench.tell(incomingPdus(ANNA, LONG, 1, 0));
    await bench.desk.tick();
    assert.equal(bench.offered.length, 0);
    bench.store.isBroken = false;
    await bench.desk.tick();
    assert.deepEqual([bench.offered[0]?.text, bench.slots.sort()], [LONG, [1, 2]]);
    await bench.desk.tick();
    assert.equal(bench.offered.length, 1);
  });

  it('keeps no more than a thousand untaken texts; the rest stays in the modem', async () => {
    const bench = new Bench();
    bench.reception = 'nobody';
    for (let count = 0; count < 1_001; count += 1)
      await bench.tell(incomingPdus(ANNA, String(count), count, 0), count);
    assert.equal(bench.desk.untakenCount, 1_000);
    bench.reception = 'taken';
    await bench.desk.tick();
    assert.equal(bench.desk.untakenCount, 0);
    assert.equal(bench.released.length, 1_000);
    await bench.desk.tick();
    assert.equal(bench.released.length, 1_001, 'and is taken up when there is room');
  });

  it('begins afresh when the records are none of ours', async () => {
    const store = new KeptRecords();
    await store.write([
      { kind: 'incoming', id: 'x', value: { from: 1 } },
      { kind: 'reassembly', id: 'open', value: 'none' },
      { kind: 'reassembly', id: 'taken', value: [1, null] },
    ]);
    const bench = new Bench(store);
    await bench.tell(incomingPdus(ANNA, 'Hi', 1, 0));
    assert.equal(bench.offered.length, 1);
  });
});
