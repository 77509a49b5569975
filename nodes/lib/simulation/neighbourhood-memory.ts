import { whFor, type ResidentMemory } from './residents';
import type { House } from './neighbourhood';
import type { MeterMemory } from './simulated-meter';

/** What survives a restart of one house: its meter's own memory, and its residents'. */
export interface HouseMemory {
  meter: MeterMemory;
  residents: ResidentMemory;
}

/** What the ledger knows of a meter; `energyWh` is null when it has never heard of it. */
export interface LedgerSight {
  energyWh: number | null;
}

/**
 * Puts a house's memory together at a start. A register must never fall for those who read it, so it goes on from
 * the larger of what was kept and what the ledger has accepted: kept memory may be a few seconds old after a crash,
 * or gone altogether, and nothing later than the ledger's has counted for anybody.
 */
export function recallHouse(
  kept: unknown,
  house: House,
  nowMs: number,
  { energyWh }: LedgerSight,
): HouseMemory {
  const { meter, residents } = isHouseMemory(kept) ? structuredClone(kept) : newHouse(house, nowMs);
  // A ledger that begins anew numbers its commands from one again, and opens the house's account again.
  const fresh = newHouse(house, nowMs);
  if (energyWh === null) {
    const { relay, commandId, commandVersion } = fresh.meter;
    return {
      meter: { ...meter, relay, commandId, commandVersion, atMs: nowMs },
      residents: { ...fresh.residents, firstWh: meter.importWh },
    };
  }
  meter.atMs = Math.min(meter.atMs, nowMs);
  if (energyWh > meter.importWh) {
    meter.importWh = energyWh;
    meter.importRestWms = 0;
  }
  return { meter, residents };
}

function newHouse(house: House, nowMs: number): HouseMemory {
  return {
    meter: {
      atMs: nowMs,
      importWh: house.openingWh,
      importRestWms: 0,
      exportWh: 0,
      exportRestWms: 0,
      relay: 'on',
      commandId: '',
      commandVersion: 0,
    },
    residents: {
      purchases: 0,
      boughtWh: whFor(house.openingCredit),
      firstWh: house.openingWh,
      buyAtMs: null,
    },
  };
}

const METER_NUMBERS = [
  'atMs',
  'importWh',
  'importRestWms',
  'exportWh',
  'exportRestWms',
  'commandVersion',
] as const;
const RESIDENT_NUMBERS = ['purchases', 'boughtWh', 'firstWh'] as const;

function isHouseMemory(value: unknown): value is HouseMemory {
  if (!isRecord(value) || !isRecord(value.meter) || !isRecord(value.residents)) return false;
  const { meter, residents } = value;
  return (
    METER_NUMBERS.every((key) => isCount(meter[key])) &&
    RESIDENT_NUMBERS.every((key) => isCount(residents[key])) &&
    (meter.relay === 'on' || meter.relay === 'off') &&
    typeof meter.commandId === 'string' &&
    (residents.buyAtMs === null || isCount(residents.buyAtMs))
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
