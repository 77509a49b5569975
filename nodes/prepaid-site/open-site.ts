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
import { MAX_CLOCK_RATE, simulatedClock, type SiteClock } from '../lib/time/site-clock';
import { SureClock, type MachineClocks } from '../lib/time/sure-clock';
import { machineClocks } from '../lib/io/clock/machine-clocks';
import { readTimeNote, TIME_NOTE } from '../lib/ledger/time-note';
import { ClockWatch } from '../lib/site/clock-watch';
import { releaseHeld } from '../lib/site/release-held';
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
  /** The clocks of this machine, unless given. */
  machine?: MachineClocks;
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
  const { machine = machineClocks() } = settings;
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
      ...startClock(clockRate, store, machine, settings.onThrown),
      timeZone,
      money,
      siteName: settings.siteName,
      ownTexts,
      office,
      dataFolder: settings.dataFolder,
      chainLimits: CHAIN_LIMITS,
      monotonicMs: () => machine.monotonicMs(),
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

/**
 * A simulated clock goes on where the ledger stopped, so that its time never runs backwards. A real one is followed as far
 * as it is sure.
 */
function startClock(
  rate: number,
  store: SqliteStore,
  machine: MachineClocks,
  onError: (error: Error) => void,
): { clock: SiteClock; watchClock?: (site: Site) => ClockWatch } {
  const lastMs = store.lastMs();
  if (rate !== 1) {
    const siteMs = lastMs > 0 ? lastMs + 1 : machine.wallMs();
    const realMs = machine.monotonicMs();
    return { clock: simulatedClock(rate, { realMs, siteMs }, () => machine.monotonicMs()) };
  }
  const note = readTimeNote(store.readSite(TIME_NOTE));
  const clock = new SureClock(machine, lastMs, note);
  const watchClock = (site: Site): ClockWatch =>
    new ClockWatch({
      clock,
      machine,
      hasDoubtNoted: note !== null && note.doubt !== null,
      ledgerMs: () => store.lastMs(),
      post: (posting) => site.post(posting),
      release: () => releaseHeld(site),
      onError,
    });
  return { clock, watchClock };
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new RangeError(`unknown time zone "${timeZone}": use a name such as Asia/Kolkata`);
  }
}
