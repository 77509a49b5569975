// What the lists of held readings say in the same way. A widget with it has `site` in its data.

export default {
  meterOf(meterId) {
    return this.site?.meters.find((meter) => meter.meterId === meterId) ?? null;
  },
  // What a meter said, as far as it is a reading.
  readingOf({ content }) {
    try {
      const { atMs, energyWh, exportWh } = JSON.parse(content);
      const isWhole = Number.isSafeInteger(atMs) && Number.isSafeInteger(energyWh);
      return isWhole ? { atMs, energyWh, exportWh } : null;
    } catch {
      return null;
    }
  },
  kwh: (wh) => `${(wh / 1000).toLocaleString('en', { maximumFractionDigits: 3 })} kWh`,
};
