/** The register of a pulse meter: pulses ÷ (pulses per kWh), in whole Wh, exactly. */
export function pulsesToWh(pulses: number, impPerKwh: number): number {
  // A constant such as 0.5 pulses per kWh exists (current transformers); thousandths cover it.
  const thousandths = BigInt(Math.round(impPerKwh * 1000));
  return thousandths === 0n ? 0 : Number((BigInt(pulses) * 1_000_000n) / thousandths);
}

/** The mean power between two counts: 3.6e6 ÷ (imp × dt) for one pulse; undefined when no time has passed. */
export function pulsePowerW(pulses: number, impPerKwh: number, elapsedMs: number): number | undefined {
  return elapsedMs > 0 && pulses >= 0 ? (pulses * 3.6e9) / (impPerKwh * elapsedMs) : undefined;
}
