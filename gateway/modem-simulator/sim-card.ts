import type { ModemSetup } from './scenario';

export interface StoredMessage {
  /** 3GPP TS 27.005 clause 3.1: 0 unread, 1 read, 2 unsent, 3 sent. */
  status: number;
  pdu: string;
}

/** The SIM: its lock, its messages and its phone book, which outlive every reset. */
export class SimCard {
  isIn: boolean;
  isUnlocked = false;
  triesLeft: number;
  /** How often a PIN was entered, right or wrong. */
  pinEntries = 0;
  readonly messages = new Map<number, StoredMessage>();
  readonly phoneBook = new Map<number, { number: string; type: number; name: string }>();
  /** Texts the network holds back for want of room. */
  private readonly held: string[] = [];

  constructor(private readonly setup: ModemSetup) {
    this.isIn = setup.isSimIn;
    this.triesLeft = setup.pinTries;
    for (const pdu of setup.storedPdus) this.store(pdu, 0);
  }

  get size(): number {
    return this.setup.storageSize;
  }

  /** What AT+CPIN? says of it. */
  get lock(): 'READY' | 'SIM PIN' | 'SIM PUK' {
    if (this.setup.pin === '') return 'READY';
    if (this.triesLeft === 0) return 'SIM PUK';
    return this.isUnlocked ? 'READY' : 'SIM PIN';
  }

  get isOpen(): boolean {
    return this.isIn && this.lock === 'READY';
  }

  enter(pin: string): boolean {
    this.pinEntries += 1;
    if (this.triesLeft === 0) return false;
    this.isUnlocked = pin === this.setup.pin;
    this.triesLeft = this.isUnlocked ? 3 : this.triesLeft - 1;
    return this.isUnlocked;
  }

  powerUp(): void {
    this.isUnlocked = false;
  }

  /** The slot, or null when it is full. */
  store(pdu: string, status: number): number | null {
    for (let slot = 1; slot <= this.size; slot += 1) {
      if (this.messages.has(slot)) continue;
      this.messages.set(slot, { status, pdu });
      return slot;
    }
    return null;
  }

  /** A text comes from the network: its slot, or null when the network has to keep it. */
  receive(pdu: string): number | null {
    const slot = this.store(pdu, 0);
    if (slot === null) this.held.push(pdu);
    return slot;
  }

  /** Room has been made: the next text that waited. */
  receiveHeld(): number | null {
    const pdu = this.held[0];
    if (pdu === undefined) return null;
    const slot = this.store(pdu, 0);
    if (slot !== null) this.held.shift();
    return slot;
  }
}
