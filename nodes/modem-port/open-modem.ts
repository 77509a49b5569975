import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { realSchedule } from '../lib/io/serial/real-schedule';
import { SerialLine } from '../lib/io/serial/serial-line';
import { StoredPins } from '../lib/io/serial/stored-pins';
import { TcpPort } from '../lib/io/serial/tcp-port';
import { RecordFile } from '../lib/io/sqlite/record-file';
import type { ModemWiring } from '../lib/modem/byte-port';
import { MODEM_MODES, ModemService, type ModemMode } from '../lib/modem/modem-service';
import {
  accessPointOf,
  balanceCodeOf,
  baudRatesOf,
  checkPin,
  limitsOf,
  monthIn,
  recipientRulesOf,
  wholeSetting,
} from '../lib/modem/port-settings';
import type { ModemPortConfig, ModemPortCredentials } from './modem-port.config';

export interface OpenModemOptions {
  config: ModemPortConfig;
  credentials: ModemPortCredentials;
  dataFolder: string;
  /** Tells the file of this modem from those of others. */
  nodeId: string;
  onError: (error: Error) => void;
}

export interface OpenModem {
  service: ModemService;
  close: () => Promise<void>;
}

/** A TCP connection has no rate; the number stands for all of them. */
const ANY_RATE = 0;
const STORAGES = ['SM', 'ME', 'MT'] as const;

/** Opens the queue's file and puts a modem together around it. Throws with a sentence for people when a setting is wrong. */
export function openModem({ config, credentials, dataFolder, nodeId, onError }: OpenModemOptions): OpenModem {
  const mode = oneOf<ModemMode>('mode', config.mode, MODEM_MODES);
  const { pin = '', apnPassword = '' } = credentials;
  const settings = {
    pin: checkPin(pin),
    storage: oneOf('storage', config.storage, STORAGES),
    gprs: mode === 'sms' ? null : accessPointOf(config.apn, config.apnUser, apnPassword),
  };
  const prepared = {
    wiring: wiringOf(config),
    settings,
    mode,
    rules: recipientRulesOf(config),
    limits: limitsOf(config),
    balanceCode: balanceCodeOf(config.balanceCode),
    monthAt: monthIn(config.timeZone),
  };
  const store = RecordFile.open(join(dataFolder, 'modems', `${nodeId}.sqlite`));
  const pinMemory = new StoredPins(store);
  const wallMs = (): number => Date.now();
  const service = new ModemService({ ...prepared, pinMemory, store, wallMs, newId: randomUUID, onError });
  const close = async (): Promise<void> => {
    await service.stop();
    store.close();
  };
  return { service, close };
}

function wiringOf({ via, path, baudRate, host, port }: ModemPortConfig): ModemWiring {
  const schedule = realSchedule;
  if (oneOf('via', via, ['serial', 'tcp'] as const) === 'serial') {
    if (path.trim() === '') throw new RangeError('path must name a device such as /dev/ttyUSB0, got ""');
    return {
      schedule,
      baudRates: baudRatesOf(baudRate),
      openPort: (rate) => SerialLine.open(path.trim(), rate),
    };
  }
  if (host.trim() === '') throw new RangeError('host must be a name or an address, got ""');
  const tcpPort = wholeSetting('port', port, 1, 65_535);
  return { schedule, baudRates: [ANY_RATE], openPort: () => TcpPort.open(host.trim(), tcpPort) };
}

function oneOf<T extends string>(field: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (!found) throw new RangeError(`${field} must be ${choices.join(', ')}, got "${value}"`);
  return found;
}
