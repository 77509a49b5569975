const MILLION = 1_000_000;

/** Apparent energy: whole VAh and millionths of one. */
export interface ApparentEnergy {
  vah: number;
  microVah: number;
}

/**
 * Millionths of a VAh for each Wh at this power factor; a factor that is unknown or 0, as meters report without load,
 * counts as 1. One whole number for each power factor, so that parts of a segment add up to the whole exactly.
 */
export function microVahPerWh(powerFactorThousandths: number | undefined): number {
  return powerFactorThousandths ? Math.floor((1000 * MILLION) / Math.abs(powerFactorThousandths)) : MILLION;
}

export function addApparent(sum: ApparentEnergy, energyWh: number, perWh: number): ApparentEnergy {
  // Energy in parts of a million Wh, which keeps every product a safe integer.
  const megaWh = Math.floor(energyWh / MILLION);
  const micro = sum.microVah + (energyWh - megaWh * MILLION) * perWh;
  const vah = Math.floor(micro / MILLION);
  return { vah: sum.vah + megaWh * perWh + vah, microVah: micro - vah * MILLION };
}
