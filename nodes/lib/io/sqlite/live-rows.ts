import type { SupplyState } from '../../ledger/account';

/** An account with its book, as it is read. */
export interface AccountRow {
  account_key: number;
  account_id: string;
  is_protected: number;
  supply: SupplyState;
  balance_micros: number;
  last_transfer: number | null;
}

/** A meter's stay with its head, as it is read. */
export interface MeterRow {
  meter_key: number;
  meter_id: string;
  account_key: number;
  head_ms: number | null;
  head_wh: number | null;
  head_export_wh: number | null;
  offset_wh: number;
  offset_export_wh: number;
  power_w: number | null;
  rerate_ms: number | null;
}

export const ACCOUNT_COLUMNS = `account_key, account_id, is_protected, supply, book.balance_micros, book.last_transfer
  FROM account JOIN book ON book_key = account_key`;
export const METER_COLUMNS = `meter_key, meter_id, account_key, head_ms, head_wh, head_export_wh, offset_wh, offset_export_wh,
  power_w, rerate_ms FROM meter LEFT JOIN head USING (meter_key)`;
