import type { Micros } from '../money/micros';
import type { StoredMoment } from '../meter/intake';
import type { KnownMeter } from '../meter/register-chain';
import type { RelayIntent } from '../policy/supply-decision';
import type { Notice } from '../notice/notice';
import type { Posting, PostingResult } from './posting';
import type { MeterHistoryPoint, MeterSummary } from './report';
import type { SupplyState } from './account';

/** A relay as the ledger knows it: the current command, and what the relay last said. */
export interface RelayRecord extends RelayIntent {
  dialect: string;
  state: string;
  issuedMs: number;
  /** The customer may never be cut off. */
  isProtected: boolean;
  tries: number;
  reported: SupplyState | null;
}

/** Everything the rest of the system asks of a database. No SQL exists outside an implementation of this. */
export interface Store {
  /** Stores all postings in one transaction, each all or nothing, and makes them durable before it returns. */
  commit(postings: readonly Posting[], nowMs: number): PostingResult[];
  /** The latest moment the ledger has seen; ledger time goes on from here. */
  lastMs(): number;
  knownMeter(meterId: string): KnownMeter | undefined;
  storedMoment(meterId: string, atMs: number): StoredMoment;
  hasAccount(accountId: string): boolean;
  countMeters(): number;
  relay(meterId: string): RelayRecord | undefined;
  /** Relays whose last report is not what the ledger wants, oldest command first. */
  unsettledRelays(limit: number): RelayRecord[];
  unhandedNotices(limit: number): Notice[];
  summaries(): MeterSummary[];
  summary(meterId: string): MeterSummary | undefined;
  /** A meter's register since a moment, thinned to one point per bucket. */
  history(meterId: string, sinceMs: number, bucketMs: number): MeterHistoryPoint[];
  recentNotices(limit: number): Notice[];
  balanceOf(accountId: string): Micros | undefined;
  readSite(name: string): string | undefined;
  writeSite(name: string, value: string): void;
  close(): void;
}
