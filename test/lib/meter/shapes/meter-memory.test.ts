import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MeterSettings } from '../../../../nodes/lib/meter/shapes/meter-settings';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import { addPower, startPowerRegister } from '../../../../nodes/lib/meter/shapes/power-register';
import { pulsePowerW, pulsesToWh } from '../../../../nodes/lib/meter/shapes/pulse-count';
import type { Understood } from '../../../../nodes/lib/meter/shapes/understood';
import { property } from '../../property';

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

function newReader(settings: MeterSettings = {}, storedWh: number | null = null): PayloadReader {
  return new PayloadReader({ settingsOf: () => settings, storedWh: () => storedWh });
}

describe('partial updates', () => {
  const notify = (status: unknown): string =>
    JSON.stringify({ method: 'NotifyStatus', params: { 'switch:0': status } });

  it('complete what was said before, and an absent field is never zero', () => {
    const reader = newReader();
    reader.read('s/events/rpc', notify({ voltage: 230, apower: 5, aenergy: { total: 10 } }), NOW_MS);
    const live = reader.read('s/events/rpc', notify({ apower: 7 }), NOW_MS + 1000);
    assert.deepEqual(live.readings, []);
    assert.deepEqual(live.live, [{ meterId: 's', atMs: NOW_MS + 1000, voltageV: 230, powerW: 7 }]);
    const next = reader.read('s/events/rpc', notify({ aenergy: { total: 12.9 } }), NOW_MS + 2000);
    assert.deepEqual(next.readings, [
      { meterId: 's', atMs: NOW_MS + 2000, energyWh: 12, voltageV: 230, powerW: 7 },
    ]);
  });

  it('do not show an old value as if it were measured now', () => {
    const reader = newReader();
    reader.read('shellies/em/emeter/0/voltage', '231', NOW_MS);
    reader.read('shellies/em/emeter/0/total_returned', '55', NOW_MS);
    const at = (laterMs: number): Understood =>
      reader.read('shellies/em/emeter/0/total', '10', NOW_MS + laterMs);
    assert.equal(at(15 * MINUTE_MS).readings[0]?.voltageV, 231);
    const late = at(15 * MINUTE_MS + 1).readings[0];
    assert.ok(late && !('voltageV' in late));
    assert.equal(late.exportWh, 55);
  });

  it('keep the newer value when messages overtake each other', () => {
    const reader = newReader();
    const at = (ts: number, apower: number): string =>
      JSON.stringify({ method: 'NotifyStatus', params: { ts, 'switch:0': { apower } } });
    reader.read('s/events/rpc', at(1_700_000_002, 2), NOW_MS);
    reader.read('s/events/rpc', at(1_700_000_001, 1), NOW_MS);
    const [reading] = reader.read('s/status/switch:0', '{"aenergy":{"total":1}}', NOW_MS + 5000).readings;
    assert.equal(reading?.powerW, 2);
  });

  it('are held when their clock is ahead, and hide nothing that comes after', () => {
    const reader = newReader();
    const at = (atMs: number, apower: number): Understood =>
      reader.read(
        's/events/rpc',
        { method: 'NotifyStatus', params: { ts: atMs / 1000, 'switch:0': { apower } } },
        NOW_MS,
      );
    const ahead = at(NOW_MS + 5 * MINUTE_MS + 1, 1).refused[0]?.refusal;
    assert.deepEqual([ahead?.kind, ahead?.field, ahead?.reason], ['held', 'atMs', 'the clock is ahead']);
    assert.equal(at(NOW_MS, 2).live[0]?.powerW, 2);
    assert.equal(at(NOW_MS + 5 * MINUTE_MS, 3).live[0]?.powerW, 3);
  });

  it('add tariffs up, whichever of them a message holds', () => {
    const reader = newReader();
    reader.read('wk/M/reading', '{"1.8.1":"1.5 kWh","1.8.2":"2 kWh"}', NOW_MS);
    const [reading] = reader.read('wk/M/reading', '{"1.8.2":"2.5 kWh"}', NOW_MS + 1).readings;
    assert.equal(reading?.energyWh, 4000);
    assert.deepEqual(reading.tariffWh, { 1: 1500, 2: 2500 });
  });
});

function savedAfter(payload: unknown): Record<string, unknown> {
  const reader = newReader({ register: 'integrated' });
  reader.read('wk/M/reading', payload, NOW_MS);
  return reader.memory.save();
}

describe('power without a register', () => {
  const power = (reader: PayloadReader, watts: number, laterMs: number): Understood =>
    reader.read('wk/M/reading', JSON.stringify({ powerW: watts }), NOW_MS + laterMs);

  it('becomes one after a while, and nothing used until then is lost', () => {
    const reader = newReader();
    for (let minute = 0; minute < 15; minute += 1) {
      const early = power(reader, 6000, minute * MINUTE_MS);
      assert.deepEqual([early.readings.length, early.noted], [0, 1]);
    }
    const [reading] = power(reader, 6000, 15 * MINUTE_MS).readings;
    assert.equal(reading?.energyWh, 1500);
  });

  it('never does for a meter that the ledger knows a register of', () => {
    const reader = newReader({}, 77_000);
    for (let minute = 0; minute <= 60; minute += 1) {
      assert.equal(power(reader, 6000, minute * MINUTE_MS).readings.length, 0);
    }
  });

  it('never does for a meter that says its register now and then', () => {
    const reader = newReader();
    reader.read('shellies/em/emeter/0/total', '10', NOW_MS);
    for (let minute = 0; minute <= 60; minute += 1) {
      const { readings } = reader.read('shellies/em/emeter/0/power', '6000', NOW_MS + minute * MINUTE_MS);
      assert.equal(readings.length, 0);
    }
  });

  it('does at once where the operator says so, going on from what the ledger has', () => {
    const reader = newReader({ register: 'integrated' }, 5_000);
    assert.equal(power(reader, 600, 0).readings[0]?.energyWh, 5_000);
    assert.equal(power(reader, 600, MINUTE_MS).readings[0]?.energyWh, 5_010);
  });

  it('counts nothing for a gap, and says so', () => {
    const reader = newReader({ register: 'integrated' });
    power(reader, 6000, 0);
    const atBound = power(reader, 6000, 5 * MINUTE_MS).readings[0];
    assert.deepEqual([atBound?.energyWh, atBound?.flags], [500, undefined]);
    const behind = power(reader, 6000, 10 * MINUTE_MS + 1).readings[0];
    assert.deepEqual([behind?.energyWh, behind?.flags], [500, ['gap']]);
  });

  it('counts what flows back apart', () => {
    const reader = newReader({ register: 'integrated' });
    power(reader, -600, 0);
    const [reading] = power(reader, -600, MINUTE_MS).readings;
    assert.deepEqual([reading?.energyWh, reading?.exportWh], [0, 10]);
  });

  it('ends for good when a register appears, with a flag', () => {
    const reader = newReader({}, null);
    for (let minute = 0; minute <= 15; minute += 1) power(reader, 6000, minute * MINUTE_MS);
    const [found] = reader.read('wk/M/reading', '{"kwh":9}', NOW_MS + 16 * MINUTE_MS).readings;
    assert.deepEqual([found?.energyWh, found?.flags], [9000, ['register-found']]);
    assert.equal(power(reader, 6000, 17 * MINUTE_MS).readings.length, 0);
  });

  it('goes on after a restart from what was saved, to the last fraction', () => {
    const settings: MeterSettings = { register: 'integrated' };
    const [straight, before, after] = [newReader(settings), newReader(settings), newReader(settings)];
    for (let step = 0; step < 100; step += 1) power(straight, 333.3, step * 7001);
    for (let step = 0; step < 50; step += 1) power(before, 333.3, step * 7001);
    after.memory.restore(JSON.parse(JSON.stringify(before.memory.save())));
    for (let step = 50; step < 100; step += 1) power(after, 333.3, step * 7001);
    assert.deepEqual(after.memory.save(), straight.memory.save());
  });

  it('takes up nothing that is not what was saved', () => {
    const reader = newReader();
    const wrong: unknown[] = [null, 7, [], { M: null }, { M: { values: {}, tariffWh: { 1: 'x' } } }];
    for (const saved of wrong) reader.memory.restore(saved);
    reader.memory.restore({
      M: { values: {}, tariffWh: {}, phases: [], source: 'integrated', register: { importWh: NaN } },
    });
    const [good] = Object.values(savedAfter({ powerW: 1 }));
    assert.ok(good);
    const changes = [
      { values: { powerW: { value: '5', atMs: 1 } } },
      { phases: [7] },
      { source: 'x' },
      { register: {} },
    ];
    for (const change of changes) reader.memory.restore({ M: { ...good, ...change } });
    assert.equal(reader.memory.size, 0);
    reader.memory.restore({ M: good });
    assert.equal(reader.memory.size, 1);
  });

  it('adds up to the same in any steps', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 300_000 }), { minLength: 1, maxLength: 50 });
    property(
      fc.tuple(steps, fc.integer({ min: -100_000_000, max: 100_000_000 })),
      ([lengths, milliwatts]) => {
        const register = startPowerRegister(0, milliwatts / 1000, 0);
        let atMs = 0;
        for (const length of lengths) addPower(register, (atMs += length), milliwatts / 1000, 300_000);
        const total = (BigInt(Math.abs(milliwatts)) * BigInt(atMs)) / 3_600_000_000n;
        assert.equal(milliwatts >= 0 ? register.importWh : register.exportWh, Number(total));
      },
    );
  });
});

describe('pulses', () => {
  it('are divided by the constant exactly, and tell the power between two counts', () => {
    assert.equal(pulsesToWh(799, 800), 998);
    assert.equal(pulsesToWh(1e15, 1000), 1e15);
    assert.equal(pulsesToWh(3, 0.5), 6000);
    assert.equal(pulsePowerW(1, 1000, 3600), 1000);
    assert.equal(pulsePowerW(1, 1000, 0), undefined);
    const reader = newReader({ impPerKwh: 1000 });
    reader.read('wk/M/reading', '{"pulses":100}', NOW_MS);
    const [reading] = reader.read('wk/M/reading', '{"pulses":"101"}', NOW_MS + 3600).readings;
    assert.deepEqual([reading?.energyWh, reading?.powerW], [101, 1000]);
  });

  for (const pulses of [-1, 1.5, 1e16, 'x', true, [1]]) {
    it(`are refused as ${JSON.stringify(pulses)}`, () => {
      const [refused] = newReader({ impPerKwh: 1000 }).read('m', { pulses }, NOW_MS).refused;
      assert.equal(refused?.refusal.field, 'pulses');
    });
  }
});
