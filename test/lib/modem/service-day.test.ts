import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SimulatedModem } from '../../../gateway/modem-simulator/simulated-modem';
import { SimulatorPort } from '../../../gateway/modem-simulator/simulator-port';
import type { Schedule } from '../../../nodes/lib/modem/byte-port';
import { ModemService } from '../../../nodes/lib/modem/modem-service';
import type { TextReport } from '../../../nodes/lib/sms/outgoing-text';
import { readPdu } from '../../../nodes/lib/sms/read-pdu';
import { KeptRecords } from '../sms/kept-records';
import { BLOWS, DAY_MS, MINUTE_MS, SEED, dice, randomIncidents } from './day-of-faults';
import { RememberedPins } from './modem-bench';
import { VirtualSchedule } from './virtual-schedule';

/** A day's rest of what a process leaves behind when it is killed: nothing it had planned happens any more. */
class Life implements Schedule {
  isOver = false;

  constructor(private readonly schedule: Schedule) {}

  nowMs(): number {
    return this.schedule.nowMs();
  }

  after(delayMs: number, run: () => void): () => void {
    return this.schedule.after(delayMs, () => this.isOver || run());
  }
}

const RULES = { numbers: { country: 'NP', allowShortCodes: false }, lists: { allow: [], deny: [] } };
const LIMITS = { maxWaiting: 50, messagesPerHour: 600, burst: 5, monthlyBudget: null, urgentReserve: 0 };

/** A gateway that is killed again and again, with a modem that has a bad day. */
class Gateway {
  readonly schedule = new VirtualSchedule();
  readonly simulated: SimulatedModem;
  readonly pins = new RememberedPins();
  /** Everything a flow was told of each text, in order. */
  readonly told = new Map<string, TextReport['state'][]>();
  readonly incoming: string[] = [];
  readonly heard: string[] = [];
  readonly errors: string[] = [];
  kills = 0;
  service: ModemService;
  private store = new KeptRecords();
  private life: Life;
  private ids = 0;

  constructor(readonly random: () => number) {
    const scenario = { name: 'day', summary: '', chunkBytes: 3, incidents: randomIncidents(random) };
    this.simulated = new SimulatedModem(scenario, this.schedule);
    this.life = new Life(this.schedule);
    this.service = this.start();
  }

  /** The process dies where it stands; the next one has what is on the disk. */
  kill(): void {
    this.kills += 1;
    this.life.isOver = true;
    this.store = this.store.copy();
    this.life = new Life(this.schedule);
    this.service = this.start();
  }

  pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => void this.schedule.after(durationMs, resolve));
  }

  private start(): ModemService {
    const { life, store } = this;
    const openPort = (baudRate: number) => Promise.resolve(new SimulatorPort(this.simulated, life, baudRate));
    const service = new ModemService({
      wiring: { schedule: life, baudRates: [115_200], openPort },
      settings: { pin: '', storage: 'SM', gprs: null },
      mode: 'sms',
      pinMemory: this.pins,
      store,
      rules: RULES,
      limits: LIMITS,
      balanceCode: '',
      wallMs: () => this.schedule.nowMs(),
      monthAt: () => '2026-11',
      newId: () => String((this.ids += 1)),
      onError: (error) => void this.errors.push(error.message),
    });
    service.start();
    service.attach({
      id: 'node',
      onReport: ({ messageId, state }) => {
        if (!life.isOver) this.told.set(messageId, [...(this.told.get(messageId) ?? []), state]);
      },
      offer: ({ text }) => {
        if (life.isOver) return 'nobody';
        this.heard.push(text ?? '');
        return 'taken';
      },
      onState: () => undefined,
    });
    return service;
  }
}

async function sendTexts(gateway: Gateway, wanted: string[]): Promise<void> {
  for (let count = 0; gateway.schedule.nowMs() < DAY_MS; count += 1) {
    const messageId = `text ${count}`;
    wanted.push(messageId);
    const text = count % 5 === 0 ? `${messageId} ${'x'.repeat(200)}` : messageId;
    const request = {
      messageId,
      to: '9800000001',
      text,
      priority: count % 3 === 0 ? ('urgent' as const) : ('normal' as const),
      isFlash: false,
      wantsReport: false,
      validityMs: DAY_MS,
      maxParts: 3,
      owner: 'node',
      topic: '',
      subject: null,
    };
    const report = await gateway.service.submit(request);
    assert.notEqual(report.state, 'failed', report.reason);
    // A flow that is not sure asks again; that must not make a second text.
    if (count % 4 === 0) await gateway.service.submit(request);
    await gateway.pause(gateway.random() * 10 * MINUTE_MS);
  }
}

async function getTexts(gateway: Gateway): Promise<void> {
  for (let count = 0; gateway.schedule.nowMs() < DAY_MS; count += 1) {
    await gateway.pause(gateway.random() * 20 * MINUTE_MS);
    const text = count % 4 === 0 ? `in ${count} ${'y'.repeat(200)}` : `in ${count}`;
    gateway.incoming.push(text);
    gateway.simulated.receiveFrom('+9779800000002', text);
  }
}

async function suffer(gateway: Gateway, heapsBytes: number[]): Promise<void> {
  for (let count = 0; gateway.schedule.nowMs() < DAY_MS; count += 1) {
    await gateway.pause(gateway.random() * 25 * MINUTE_MS);
    if (gateway.random() < 0.3) gateway.kill();
    else gateway.simulated.befall(BLOWS[Math.floor(gateway.random() * BLOWS.length)]!);
    if (count % 10 === 0) heapsBytes.push(heapBytes());
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const MAX_GROWTH_BYTES = 8_000_000;

describe('modem service: a day of faults and killed processes', () => {
  it('leaves no text without a state, sends none twice, loses none that came, and does not grow', async () => {
    console.log(`    the day runs with WATTKEEPER_SEED=${SEED}`);
    const gateway = new Gateway(dice(SEED));
    const { schedule, simulated, told } = gateway;
    const wanted: string[] = [];
    const heaps: number[] = [];
    const work = [sendTexts(gateway, wanted), getTexts(gateway), suffer(gateway, heaps)];
    await schedule.outcome(Promise.all(work), 2 * DAY_MS);
    await schedule.until(() => gateway.service.state.waitingTexts === 0, 'the queue is empty', DAY_MS);
    await schedule.pass(2 * 60 * MINUTE_MS);

    const sent = simulated.sentPdus.map((pdu) => {
      const read = readPdu(pdu);
      assert.ok(read.kind === 'submit');
      return `${read.part?.sequence ?? 1} ${read.text}`;
    });
    assert.equal(new Set(simulated.sentPdus).size, sent.length, 'no part of a text was sent twice');
    const left = (messageId: string): number =>
      sent.filter((text) => new RegExp(`^\\d+ ${messageId}( |$)`).test(text)).length;
    const counts = { submitted: 0, unknown: 0, failed: 0 };
    for (const messageId of wanted) {
      const state = gateway.service.reportOf(messageId)?.state;
      assert.ok(
        state === 'submitted' || state === 'unknown' || state === 'failed',
        `${messageId} is ${state}`,
      );
      assert.equal(told.get(messageId)?.at(-1), state, `the flow knows of ${messageId}`);
      if (state === 'submitted') assert.equal(left(messageId), 1, `${messageId} is called submitted`);
      counts[state] += 1;
    }
    assert.ok(counts.submitted > 150, JSON.stringify(counts));
    assert.deepEqual(
      [...new Set(gateway.heard)].sort(),
      [...gateway.incoming].sort(),
      'every text was heard',
    );
    assert.ok(gateway.heard.length - gateway.incoming.length <= gateway.kills, 'and again only after a kill');
    assert.equal(simulated.sim.messages.size, 0, 'and deleted when it was taken');
    assert.ok(gateway.kills >= 10, `${gateway.kills} kills`);
    const growth = heaps.at(-1)! - heaps[Math.floor(heaps.length / 4)]!;
    assert.ok(growth < MAX_GROWTH_BYTES, `the heap grew by ${growth} bytes`);
    assert.deepEqual(gateway.errors, []);
    console.log(
      `    ${JSON.stringify(counts)}, ${gateway.kills} kills, ${gateway.heard.length} heard, heap ${growth}`,
    );
    await schedule.outcome(gateway.service.stop());
    simulated.close();
  }).timeout(120_000);
});
