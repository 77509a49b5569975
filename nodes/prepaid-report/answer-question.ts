import { powerCurve, type PowerStep } from '../lib/ledger/power-curve';
import type { HeldReading, MeterSummary } from '../lib/ledger/report';
import type { ReportQuestion } from '../lib/ledger/report-question';
import type { Statement } from '../lib/ledger/statement';
import type { ApprovedTariff } from '../lib/ledger/store';
import type { ClockReport } from '../lib/site/clock-watch';
import type { Site } from '../lib/site/site';
import type { DeliveryState, NoticeChannel } from '../lib/notice/notice';

/** A meter as a dashboard shows it. Money is given exactly and as text for people. */
export interface MeterCard extends MeterSummary {
  balance: string;
  /** How old the last reading is; null before the first. */
  ageMs: number | null;
}

export interface NeighbourhoodAnswer {
  kind: 'neighbourhood';
  siteName: string;
  nowMs: number;
  clockRate: number;
  /** Whether the time can be relied on. */
  clock: ClockReport;
  timeZone: string;
  currency: string;
  meters: MeterCard[];
}

export interface MeterAnswer {
  kind: 'meter';
  nowMs: number;
  sinceMs: number;
  timeZone: string;
  meter: MeterCard;
  power: PowerStep[];
  usedWh: number;
  /** Why the supply is what it is, in sentences for the customer; none where no guard is there to ask. */
  why: string[];
}

export interface NoticesAnswer {
  kind: 'notices';
  nowMs: number;
  timeZone: string;
  notices: {
    noticeId: number;
    atMs: number;
    kind: string;
    accountId: string;
    name: string;
    to: string;
    text: string;
    /** How far it has come on its way, by which channel, and why no further; null where nobody delivers notices. */
    delivery: { state: DeliveryState; channel: NoticeChannel | null; reason: string } | null;
  }[];
}

export interface HeldAnswer {
  kind: 'held';
  nowMs: number;
  timeZone: string;
  readings: HeldReading[];
}

export interface StatementAnswer {
  kind: 'statement';
  nowMs: number;
  timeZone: string;
  currency: string;
  statement: Statement;
  /** The amounts for people. */
  texts: Record<
    'opening' | 'topUps' | 'moneyBack' | 'debts' | 'charges' | 'taxes' | 'corrections' | 'closing',
    string
  >;
}

export interface TariffsAnswer {
  kind: 'tariffs';
  nowMs: number;
  timeZone: string;
  tariffs: ApprovedTariff[];
}

export type ReportAnswer =
  NeighbourhoodAnswer | MeterAnswer | NoticesAnswer | HeldAnswer | StatementAnswer | TariffsAnswer;

const MS_PER_HOUR = 3_600_000;
/** A chart on a phone shows no more than this; the thinning keeps the register exact. */
const MAX_POINTS = 240;

export function answerQuestion(site: Site, siteName: string, question: ReportQuestion): ReportAnswer {
  const nowMs = site.nowMs();
  const { timeZone } = site;
  if (question.ask === 'notices') {
    const notices = site.store
      .recentNotices(question.limit)
      .map(({ noticeId, atMs, kind, accountId, name, to, text }) => ({
        noticeId,
        atMs,
        kind,
        accountId,
        name,
        to,
        text,
        delivery: deliveryOf(site, noticeId),
      }));
    return { kind: 'notices', nowMs, timeZone, notices };
  }
  if (question.ask === 'held')
    return { kind: 'held', nowMs, timeZone, readings: site.store.heldReadings(question.limit) };
  if (question.ask === 'tariffs')
    return { kind: 'tariffs', nowMs, timeZone, tariffs: site.store.approvedTariffs() };
  if (question.ask === 'statement') return statementAnswer(site, nowMs, question);
  if (question.ask === 'meter') return meterAnswer(site, nowMs, question.meterId, question.hours);
  const meters = site.store.summaries().map((summary) => meterCard(site, nowMs, summary));
  const { currency } = site;
  const clock = site.clockWatch?.report() ?? { state: 'sure' };
  const clockRate = site.clock.rate;
  return { kind: 'neighbourhood', siteName, nowMs, clockRate, clock, timeZone, currency, meters };
}

function deliveryOf({ store }: Site, noticeId: number): NoticesAnswer['notices'][number]['delivery'] {
  const known = store.notices.delivery(noticeId);
  if (!known) return null;
  const { state, channel, reason } = known.delivery;
  return { state, channel, reason };
}

function meterAnswer(site: Site, nowMs: number, meterId: string, hours: number): MeterAnswer {
  const summary = site.store.summary(meterId);
  if (!summary) throw new RangeError(`meterId must be a registered meter, got "${meterId}"`);
  const sinceMs = nowMs - hours * MS_PER_HOUR;
  const bucketMs = Math.max(1, Math.floor((hours * MS_PER_HOUR) / MAX_POINTS));
  const points = site.store.history(meterId, sinceMs, bucketMs);
  const usedWh = (points.at(-1)?.energyWh ?? 0) - (points[0]?.energyWh ?? 0);
  const meter = meterCard(site, nowMs, summary);
  const { timeZone } = site;
  return { kind: 'meter', nowMs, sinceMs, timeZone, meter, power: powerCurve(points), usedWh, why: [] };
}

/** What a guard of this process says of an account, in sentences for the customer. */
export async function whyOf(site: Site, accountId: string): Promise<string[]> {
  const answer = await site.askGuard({ ask: 'why', accountId, limit: 1 }).catch(() => null);
  const { why } = (answer ?? {}) as { why?: { customer?: string[] } | null };
  return why?.customer ?? [];
}

function statementAnswer(
  site: Site,
  nowMs: number,
  { accountId, fromMs, toMs }: ReportQuestion & { ask: 'statement' },
): StatementAnswer {
  const statement = site.store.statement(accountId, fromMs, toMs);
  if (!statement) throw new RangeError(`accountId must be an account, got "${accountId}"`);
  const { timeZone, currency } = site;
  const texts = {
    opening: site.writeMoney(statement.openingMicros),
    topUps: site.writeMoney(statement.topUpsMicros),
    moneyBack: site.writeMoney(statement.moneyBackMicros),
    debts: site.writeMoney(statement.debtsMicros),
    charges: site.writeMoney(statement.chargesMicros),
    taxes: site.writeMoney(statement.taxesMicros),
    corrections: site.writeMoney(statement.correctionsMicros),
    closing: site.writeMoney(statement.closingMicros),
  };
  return { kind: 'statement', nowMs, timeZone, currency, statement, texts };
}

function meterCard(site: Site, nowMs: number, summary: MeterSummary): MeterCard {
  const { lastReadingMs, balanceMicros } = summary;
  return {
    ...summary,
    balance: site.writeMoney(balanceMicros),
    ageMs: lastReadingMs === null ? null : Math.max(0, nowMs - lastReadingMs),
  };
}
