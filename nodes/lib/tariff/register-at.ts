/** A stretch of a register. */
export interface RegisterStretch {
  fromMs: number;
  fromWh: number;
  toMs: number;
  toWh: number;
}

/** The register at a moment of the stretch, as if the energy had flown evenly; rounded down to whole Wh. */
export function registerAt({ fromMs, fromWh, toMs, toWh }: RegisterStretch, atMs: number): number {
  if (atMs === toMs) return toWh;
  const product = (toWh - fromWh) * (atMs - fromMs);
  if (product <= Number.MAX_SAFE_INTEGER) return fromWh + Math.floor(product / (toMs - fromMs));
  return fromWh + Number((BigInt(toWh - fromWh) * BigInt(atMs - fromMs)) / BigInt(toMs - fromMs));
}
