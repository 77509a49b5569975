import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { SqliteStore } from '../lib/io/sqlite/sqlite-store';
import { isItemFault } from '../lib/io/sqlite/sqlite-fault';
import { composeNotice } from '../lib/notice/compose-notice';
import { moneyFormat, writeMoney } from '../lib/site/money-format';
import type { OwnTexts } from '../lib/notice/notice-text';
import { Site, type SiteOffice } from '../lib/site/site';
import { timeWriter } from '../lib/time/time-text';
import { MAX_CLOCK_RATE, realClock, simulatedClock, type SiteClock } from '../lib/time/site-clock';
import type { ChainLimits } from '../lib/meter/register-chain';
import type { Schedule } from '../lib/ledger/group-commit';

export interface SiteSettings {
  siteName: string;
  office?: SiteOffice;
  ownTexts?: OwnTexts;
  timeZone: string;
  currency: string;
  databaseFile: string;
  dataFolder: string;
  clockRate: number;
  onThrown: (error: Error) => void;
}

const CHAIN_LIMITS: ChainLimits = {
  // Small clocks in meters drift by minutes, not by more.
  maxFutureMs: 5 * 60_000,
  // The largest three-phase domestic connection in common use is 100 A × 3 × 230 V.
  maxPowerW: 69_000,
};

const NO_OFFICE: SiteOffice = { phone: '', email: '', language: 'en' };

const scheduleTimer: Schedule = (run, afterMs) => {
  const timer = setTimeout(run, afterMs);
  return () => clearTimeout(timer);
};

/** Opens the ledger and puts a site together around it. Throws with a sentence for people when a setting is wrong. */
export function openSite(settings: SiteSettings): Site {
  const { timeZone, clockRate, databaseFile, office = NO_OFFICE, ownTexts = {} } = settings;
  checkTimeZone(timeZone);
  if (!Number.isFinite(clockRate) || clockRate < 1 || clockRate > MAX_CLOCK_RATE) {
    throw new RangeError(`the clock's speed must be from 1 to ${MAX_CLOCK_RATE}, got ${clockRate}`);
  }
  const money = moneyFormat(settings.currency);
  const compose = composeNotice({
    siteName: settings.siteName,
    own: ownTexts,
    money: (amount) => writeMoney(money, amount),
    time: timeWriter(timeZone),
  });
  const folder = dirname(databaseFile);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const store = new SqliteStore(databaseFile, compose, office);
  try {
    keepFixed(store, 'currency', money.currency);
    keepFixed(store, 'clock', clockRate === 1 ? 'real' : 'simulated');
    return new Site({
      store,
      clock: startClock(clockRate, store.lastMs()),
      timeZone,
      money,
      siteName: settings.siteName,
      ownTexts,
      office,
      dataFolder: settings.dataFolder,
      chainLimits: CHAIN_LIMITS,
      monotonicMs: () => performance.now(),
      schedule: scheduleTimer,
      isItemFault,
      onThrown: settings.onThrown,
      receiptPrefix: `${randomUUID()}-`,
    });
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Some settings are part of what a ledger means and can not change under it. */
function keepFixed(store: SqliteStore, name: string, value: string): void {
  const stored = store.readSite(name);
  if (stored === undefined) store.writeSite(name, value);
  else if (stored !== value) {
    throw new Error(
      `this ledger's ${name} is ${stored} and cannot become ${value}: choose another database file`,
    );
  }
}

/** A simulated clock goes on where the ledger stopped, so that its time never runs backwards. */
function startClock(rate: number, lastMs: number): SiteClock {
  if (rate === 1) return realClock(() => Date.now());
  const siteMs = lastMs > 0 ? lastMs + 1 : Date.now();
  return simulatedClock(rate, { realMs: performance.now(), siteMs }, () => performance.now());
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new RangeError(`unknown time zone "${timeZone}": use a name such as Asia/Kolkata`);
  }
}
