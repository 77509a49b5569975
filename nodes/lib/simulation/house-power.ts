import { loadW } from './household-load';
import { localTime } from './local-time';
import type { House } from './neighbourhood';
import type { MeteredPower } from './simulated-meter';
import { solarW } from './solar-roof';
import { tamperingAt } from './tamperer';

/** What the meter of a house counts at a moment, with `extraW` switched on by hand on top of its own load. */
export function housePower(seed: number, house: House, localMs: number, extraW: number): MeteredPower {
  const time = localTime(localMs);
  const usedW = loadW(seed, house.household, time) + extraW;
  const roofW = house.roof ? solarW(seed, house.roof, time) : 0;
  const { countedShare, flags } = house.isTampered
    ? tamperingAt(seed, house.number, time)
    : { countedShare: 1, flags: [] };
  const netW = Math.round((usedW - roofW) * countedShare);
  return { importW: Math.max(0, netW), exportW: Math.max(0, -netW), flags };
}
