import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { StoredPins } from '../lib/io/serial/stored-pins';
import { RecordFile } from '../lib/io/sqlite/record-file';
import { MODEM_MODES, ModemService, type ModemMode } from '../lib/modem/modem-service';
import {
  accessPointOf,
  balanceCodeOf,
  checkPin,
  limitsOf,
  monthIn,
  oneOf,
  recipientRulesOf,
} from '../lib/modem/port-settings';
import { modemWiring } from './modem-wiring';
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
    wiring: modemWiring(config, onError),
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
