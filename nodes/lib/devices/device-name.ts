import { isMeterId } from '../meter/meter-id';

/** First levels of topics that belong to no single device; whoever was called so would own them. */
const SHARED_ROOTS = new Set(
  (
    'wk tele stat cmnd tasmota shellies zigbee2mqtt homeassistant wattkeeper esphome announce ' +
    'emon meter meters device devices sensor sensors dsmr p1 obis'
  ).split(' '),
);

/** A colon separates name and hash in Mosquitto's password file and the parts of an account's name in the ledger. */
export function isUserName(text: string): boolean {
  return isMeterId(text) && !text.includes(':');
}

/** Whether a text can name a device with a password of its own. A dollar sign begins what belongs to the broker. */
export function isDeviceName(text: string): boolean {
  return isUserName(text) && !text.startsWith('$') && !SHARED_ROOTS.has(text.toLowerCase());
}

/** The name in a request, or a sentence that says what is wanted. */
export function parseDeviceName(value: unknown): string {
  if (typeof value === 'string' && isDeviceName(value)) return value;
  throw new RangeError(
    "the device's name must have 1 to 64 characters, without spaces and : / + #, and be no word that topics begin with",
  );
}
