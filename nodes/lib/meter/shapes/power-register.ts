/** A register made by adding up power. Plain numbers, so that it can be stored and taken up again. */
export interface PowerRegister {
  atMs: number;
  powerMw: number;
  importWh: number;
  exportWh: number;
  /** What has been added up below one Wh, in halves of mW × ms. */
  importRest: number;
  exportRest: number;
}

/** mW × ms in a Wh, times two because the mean of two powers is their sum over two. */
const HALF_MW_MS_PER_WH = 2n * 3_600_000_000n;

export function startPowerRegister(atMs: number, powerW: number, importWh: number): PowerRegister {
  return { atMs, powerMw: Math.round(powerW * 1000), importWh, exportWh: 0, importRest: 0, exportRest: 0 };
}

export type AddedPower = 'added' | 'gap' | 'stale';

/**
 * Adds the energy between the last power and this one, the mean of the two over the time between them. All in whole
 * numbers with the rest carried, so that a million short steps add up to what one long step would. A longer time than
 * `maxGapMs` says nothing about the power in it: it is not counted.
 */
export function addPower(
  register: PowerRegister,
  atMs: number,
  powerW: number,
  maxGapMs: number,
): AddedPower {
  const elapsedMs = atMs - register.atMs;
  if (elapsedMs <= 0) return 'stale';
  const powerMw = Math.round(powerW * 1000);
  const sumMw = register.powerMw + powerMw;
  register.atMs = atMs;
  register.powerMw = powerMw;
  if (elapsedMs > maxGapMs) return 'gap';
  const halves = BigInt(Math.abs(sumMw)) * BigInt(elapsedMs);
  if (sumMw >= 0) {
    const total = BigInt(register.importRest) + halves;
    register.importWh += Number(total / HALF_MW_MS_PER_WH);
    register.importRest = Number(total % HALF_MW_MS_PER_WH);
  } else {
    const total = BigInt(register.exportRest) + halves;
    register.exportWh += Number(total / HALF_MW_MS_PER_WH);
    register.exportRest = Number(total % HALF_MW_MS_PER_WH);
  }
  return 'added';
}
