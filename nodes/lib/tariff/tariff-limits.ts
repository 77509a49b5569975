/** A million currency units per kWh is a typing error; the bound also keeps `rate × 999 Wh` a safe integer. */
export const MAX_RATE_MICROS_PER_KWH = 1_000_000_000_000;
/** No meter in use counts further than this (1 TWh). */
export const MAX_REGISTER_WH = 1_000_000_000_000;
/** Ten times the amount. */
export const MAX_PPM = 10_000_000;
/** A million currency units per day or per kW and month. */
export const MAX_STANDING_MICROS = 1_000_000_000_000;
/** 1 GW; with the bound above `amount × W / 1000` is split like an energy, so it needs no smaller one. */
export const MAX_SANCTIONED_LOAD_W = 1_000_000_000;

export const MAX_COMPONENTS = 50;
export const MAX_SLABS = 50;
export const MAX_POWER_FACTOR_ROWS = 50;
export const MAX_TIME_OF_USE_PERIODS = 8;
export const MAX_SEASONS = 12;
export const MAX_HOLIDAYS = 2_000;
export const MAX_BILLING_PERIODS = 2_000;
export const MAX_BILLING_DAYS = 400;
export const MAX_FEED_HOLD_MS = 31 * 86_400_000;
/** Eleven years of hours, or nearly three of quarter hours. */
export const MAX_FEED_PRICES = 100_000;
/** Ten years without a reading or a charge are no gap but a mistake, and every loop of pricing ends with the stretch it prices. */
export const MAX_DAYS_AT_ONCE = 3_660;
