import { scrypt } from 'node:crypto';
import type { PinMemory, PinRecord } from '../../modem/pin-desk';
import type { RecordStore } from '../../sms/record-store';

const KIND = 'pin';
const KEY_BYTES = 16;
const RECORDS: readonly unknown[] = ['trying', 'accepted', 'refused'] satisfies PinRecord[];

/**
 * Remembers over restarts what became of a PIN at a SIM. Only a slow hash of it is kept. A PIN has so few digits that
 * this hides it from a glance, not from somebody who has the file; the PIN itself is in Node-RED's credentials.
 */
export class StoredPins implements PinMemory {
  constructor(private readonly store: RecordStore) {}

  async read(simId: string, pin: string): Promise<PinRecord | null> {
    const id = await nameOf(simId, pin);
    const found = this.store.readAll(KIND).find((record) => record.id === id)?.value;
    return RECORDS.includes(found) ? (found as PinRecord) : null;
  }

  async write(simId: string, pin: string, record: PinRecord): Promise<void> {
    await this.store.write([{ kind: KIND, id: await nameOf(simId, pin), value: record }]);
  }
}

function nameOf(simId: string, pin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(pin, simId, KEY_BYTES, (error, key) => {
      if (error) reject(error);
      else resolve(`${simId} ${key.toString('hex')}`);
    });
  });
}
