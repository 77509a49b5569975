import type { ModemSetup } from './scenario';
import type { SimCard } from './sim-card';
import type { TextSettings } from './text-settings';

/** What commands may see and change of the simulated modem. */
export interface ModemInside {
  readonly setup: ModemSetup;
  readonly sim: SimCard;
  isEchoOn: boolean;
  errorLevel: number;
  baudRate: number;
  registrationNotices: number;
  readonly texts: TextSettings;
  /** 0 minimum, 1 full, 4 radio off. */
  functionality: number;
  readonly isRegistered: boolean;
  readonly registration: number;
  isRadioStale: boolean;
  /** A SIM needs a moment after it was opened. */
  readonly isTextReady: boolean;
  /** A text goes into the air; its reference. */
  sendText(pdu: string): number;
  announceText(slot: number): void;
  say(...lines: readonly string[]): void;
  later(delayMs: number, run: () => void): void;
  reset(isSaid: boolean): void;
  openSim(): void;
  switchOff(): void;
  setRadio(isOn: boolean): void;
}
