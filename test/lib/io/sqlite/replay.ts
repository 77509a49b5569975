import type { Reading } from '../../../../nodes/lib/meter/reading';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { approvalOf, LedgerFixture, registration, topUpOf } from './ledger-fixture';
import type { LedgerRows } from './ledger-rows';
import { ReadingFlow } from './reading-flow';

interface TermsRow {
  meterId: string;
  fromMs: number;
  tariffId: string;
  sanctionedLoadW: number;
  isLifeline: number;
}

interface ReadingRow {
  meterId: string;
  atMs: number;
  energyWh: number;
  exportWh: number | null;
  thousandths: number | null;
}

/**
 * Does again in an empty ledger what a live one came to know, in the plainest order: tariffs, meters, readings by time,
 * payments. `untilMs` is when its standing charges were last looked at.
 */
export function replay(live: LedgerRows, untilMs: number): LedgerFixture {
  const ledger = new LedgerFixture();
  const terms = live.all<TermsRow>(
    `SELECT meter_id AS meterId, from_ms AS fromMs, tariff_id AS tariffId, sanctioned_load_w AS sanctionedLoadW,
       is_lifeline AS isLifeline FROM meter_terms JOIN meter USING (meter_key) ORDER BY from_ms, meter_key`,
  );
  const [openings, others] = readingsOf(live);
  // Early in the ledger's time, so that no day is charged before its turn, and no list of periods is over already.
  const startMs = Math.min(...openings.map(({ atMs }) => atMs));
  ledger.nowMs = startMs;
  approveAgain(live, ledger);
  for (const row of terms) if (row.fromMs === 0) ledger.commit(registerAs(row));
  const flow = new ReadingFlow(ledger.store, terms[0]?.tariffId ?? '');
  for (const reading of openings) flow.send(reading, untilMs);
  flow.commit(startMs);
  for (const row of terms) if (row.fromMs > 0) flow.submit(registerAs(row));
  flow.commit(startMs);
  for (const reading of others) flow.send(reading, untilMs);
  for (const [reference, amountMicros] of paymentsOf(live))
    flow.submit(topUpOf('A1', amountMicros, reference));
  flow.commit(startMs);
  for (const meterKey of ledger.store.dueReratings(10))
    flow.submit({ type: 'rerate', meterKey, guard: null });
  flow.commit(startMs);
  for (const meterKey of ledger.store.dueAccruals(untilMs, 10))
    flow.submit({ type: 'accrual', meterKey, guard: null });
  flow.commit(untilMs);
  return ledger;
}

function approveAgain(live: LedgerRows, ledger: LedgerFixture): void {
  const versions = live.all<{ body: string; inForceMs: number }>(
    'SELECT body, in_force_ms AS inForceMs FROM tariff_version ORDER BY version',
  );
  for (const { body, inForceMs } of versions)
    ledger.commit(approvalOf(JSON.parse(body) as Tariff, inForceMs));
  const prices = live.all<{ tariffId: string; fromMs: number; microsPerKwh: number | null }>(
    'SELECT tariff_id AS tariffId, from_ms AS fromMs, micros_per_kwh AS microsPerKwh FROM feed_price ORDER BY from_ms',
  );
  const [first] = prices;
  if (first) ledger.commit({ type: 'feedPrices', tariffId: first.tariffId, prices });
}

function registerAs({ meterId, fromMs, tariffId, sanctionedLoadW, isLifeline }: TermsRow) {
  return {
    type: 'register' as const,
    registration: {
      ...registration(Number(meterId.slice(1))),
      tariffId,
      sanctionedLoadW,
      isLifeline: isLifeline === 1,
      termsFromMs: fromMs,
    },
    by: 'staff',
  };
}

/** Each meter's first reading, and all others. */
function readingsOf(live: LedgerRows): [Reading[], Reading[]] {
  const rows = live.all<ReadingRow>(
    `SELECT meter_id AS meterId, at_ms AS atMs, energy_wh AS energyWh, export_wh AS exportWh,
       power_factor_thousandths AS thousandths FROM reading JOIN meter USING (meter_key) ORDER BY at_ms, meter_key`,
  );
  const openings = new Map<string, Reading>();
  const others: Reading[] = [];
  for (const { meterId, atMs, energyWh, exportWh, thousandths } of rows) {
    const reading: Reading = { meterId, atMs, energyWh };
    if (exportWh !== null) reading.exportWh = exportWh;
    if (thousandths !== null) reading.powerFactor = thousandths / 1000;
    if (openings.has(meterId)) others.push(reading);
    else openings.set(meterId, reading);
  }
  return [[...openings.values()], others];
}

function paymentsOf(live: LedgerRows): [string, number][] {
  return live
    .transfers()
    .flatMap(({ kind, ref, amountMicros }) =>
      kind === 'top-up' && ref !== null ? [[ref, Number(amountMicros)] as [string, number]] : [],
    );
}
