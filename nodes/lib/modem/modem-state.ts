import type { Rung } from './recovery-ladder';

export type ModemPhase =
  | 'closed'
  | 'opening'
  | 'starting'
  | 'noSim'
  | 'pinMissing'
  | 'pinRefused'
  | 'pukNeeded'
  | 'simLocked'
  | 'searching'
  | 'denied'
  | 'ready'
  | 'recovering';

export interface ModemIdentity {
  maker: string;
  model: string;
  revision: string;
  imei: string | null;
  iccid: string | null;
}

/** How the phone book's names and the texts of USSD are written on the wire. */
export type ModemCharset = 'UCS2' | 'GSM' | 'IRA';

export interface StorageLevel {
  used: number;
  total: number;
}

/** Everything a person wants to see of a modem at a glance. */
export interface ModemState {
  phase: ModemPhase;
  /** Why, in words, when the phase alone does not say. */
  detail: string;
  identity: ModemIdentity | null;
  charset: ModemCharset;
  baudRate: number | null;
  storage: StorageLevel | null;
  isStorageFull: boolean;
  isRoaming: boolean;
  /** The modem started anew several times in a short while, or complained about its voltage. */
  isPowerSupplySuspect: boolean;
  /** Starts nobody ordered. */
  resets: number;
  recoveries: Readonly<Record<Rung, number>>;
}

export interface ModemSettings {
  pin: string;
  /** Where texts are kept: SIM, modem, or both as the modem thinks best. */
  storage: 'SM' | 'ME' | 'MT';
  /** Null when no data connection is wanted. */
  gprs: GprsSettings | null;
}

export interface GprsSettings {
  apn: string;
  user: string;
  password: string;
}
