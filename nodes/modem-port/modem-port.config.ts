import type { ModemMode } from '../lib/modem/modem-service';
import type { Migration } from '../lib/red/config-migration';

export interface ModemPortConfig {
  configVersion: number;
  name: string;
  /** `serial` is a device of this machine, `tcp` a serial server or a simulator. */
  via: 'serial' | 'tcp';
  path: string;
  /** `auto` looks for the modem at the usual rates. */
  baudRate: string;
  host: string;
  port: string;
  mode: ModemMode;
  /** Where the modem keeps what comes in: SIM, modem, or as it thinks best. */
  storage: 'SM' | 'ME' | 'MT';
  /** ISO 3166 code; empty when every number names its own. */
  country: string;
  /** IANA name: whose months the budget counts. */
  timeZone: string;
  allowShortCodes: boolean;
  /** Beginnings of numbers, with commas between. */
  allow: string;
  deny: string;
  maxWaiting: string;
  messagesPerHour: string;
  /** Empty: no budget. */
  monthlyBudget: string;
  urgentReserve: string;
  balanceCode: string;
  apn: string;
  apnUser: string;
  /** Where the tunnel leads, such as broker.example:8883; empty for none. */
  target: string;
  localPort: string;
  /** Name of the line of this computer that the modem's power key hangs on; empty for none. */
  powerKeyLine: string;
  powerKeyActiveLow: boolean;
  powerKeyPulseMs: string;
}

export interface ModemPortCredentials {
  pin?: string;
  apnPassword?: string;
}

export const DEFAULTS: ModemPortConfig = {
  configVersion: 1,
  name: '',
  via: 'serial',
  path: '/dev/ttyUSB0',
  baudRate: 'auto',
  host: '127.0.0.1',
  port: '7000',
  mode: 'sms',
  storage: 'SM',
  country: '',
  timeZone: 'UTC',
  allowShortCodes: false,
  allow: '',
  deny: '',
  maxWaiting: '1000',
  messagesPerHour: '200',
  monthlyBudget: '',
  urgentReserve: '0',
  balanceCode: '',
  apn: '',
  apnUser: '',
  target: '',
  localPort: '18830',
  powerKeyLine: '',
  powerKeyActiveLow: false,
  // Between what a SIM800 (1.5 to 33 s) and a SIM900 (1 to 5 s) need to be switched off; less switches both on.
  powerKeyPulseMs: '2000',
};

export const MIGRATIONS: readonly Migration[] = [
  // Version 0 knew no power key: no line of the computer is touched until somebody names one.
  (old) => ({ ...old, powerKeyLine: '', powerKeyActiveLow: false }),
];
