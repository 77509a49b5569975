import { AtFault } from './at-fault';
import { fieldsOf, wholeNumber } from './at-fields';
import { levelOf } from './boot-modem';
import type { CommandLanes } from './command-lanes';
import type { StorageLevel } from './modem-state';

/** A text or a delivery report as the modem has it. */
export interface ReceivedPdu {
  readonly pdu: string;
  /** Where it lies; null when the modem handed it over without keeping it. */
  readonly slot: number | null;
}

/** 3GPP TS 27.005 clause 3.1: received unread and received read; the others are our own. */
const RECEIVED_STATES = [0, 1];

interface Held {
  readonly pdu: string;
  isTaken: boolean;
}

/**
 * The messages in the modem's storage. Each is told once and stays where it is until somebody says that it was taken;
 * then exactly that message is deleted.
 */
export class MessageShelf {
  private readonly held = new Map<number, Held>();

  constructor(
    private readonly lanes: CommandLanes,
    private readonly tell: (received: ReceivedPdu) => void,
  ) {}

  get heldCount(): number {
    return this.held.size;
  }

  /** Tells every message that has not been told yet. */
  async sweep(): Promise<void> {
    const entries = await this.list();
    const slots = new Set(entries.map(({ slot }) => slot));
    for (const slot of [...this.held.keys()]) if (!slots.has(slot)) this.held.delete(slot);
    for (const { slot, status, pdu } of entries) {
      if (!RECEIVED_STATES.includes(status)) continue;
      const held = this.held.get(slot);
      if (held?.pdu !== pdu) this.take(slot, pdu);
      else if (held.isTaken) await this.remove(slot, pdu);
    }
  }

  /** Everything in the storage, own drafts too. */
  async list(): Promise<{ slot: number; status: number; pdu: string }[]> {
    const { lines } = await this.lanes.run('keep', 'AT+CMGL=4');
    const entries: { slot: number; status: number; pdu: string }[] = [];
    for (const [at, line] of lines.entries()) {
      if (!line.startsWith('+CMGL:')) continue;
      const [slot, status] = fieldsOf(line).map(wholeNumber);
      const pdu = lines[at + 1];
      if (!isNumber(slot) || !isNumber(status) || pdu === undefined || pdu.startsWith('+')) continue;
      entries.push({ slot, status, pdu });
    }
    return entries;
  }

  async read(slot: number): Promise<void> {
    const pdu = await this.pduIn(slot);
    if (pdu !== null) this.take(slot, pdu);
  }

  /** The flow has the message, which may be deleted now, or at a later sweep when the modem is not well. */
  async release({ slot, pdu }: ReceivedPdu): Promise<void> {
    const held = slot === null ? undefined : this.held.get(slot);
    if (slot === null || held?.pdu !== pdu) return;
    held.isTaken = true;
    try {
      await this.remove(slot, pdu);
    } catch (thrown) {
      if (!(thrown instanceof AtFault)) throw thrown;
    }
  }

  /** Stores a text in the modem without sending it; gives back its slot. */
  async write(pdu: string): Promise<number> {
    const { lines } = await this.lanes.run('keep', `AT+CMGW=${tpduLength(pdu)}`, pduBody(pdu));
    const slot = wholeNumber(fieldsOf(lines[0] ?? '')[0]);
    if (slot === null) throw new AtFault('garbled', 'the modem did not say where it put the text');
    return slot;
  }

  /** Deletes whatever lies in a slot, because a person wants it so. */
  async erase(slot: number): Promise<void> {
    await this.lanes.run('keep', `AT+CMGD=${slot}`);
    this.held.delete(slot);
  }

  async level(): Promise<StorageLevel | null> {
    const { lines } = await this.lanes.run('keep', 'AT+CPMS?');
    return levelOf(fieldsOf(lines[0] ?? ''), 1);
  }

  private take(slot: number, pdu: string): void {
    if (this.held.get(slot)?.pdu === pdu) return;
    this.held.set(slot, { pdu, isTaken: false });
    this.tell({ slot, pdu });
  }

  /** SIM and modem may have been changed since the slot was read, so it is read again before it is emptied. */
  private async remove(slot: number, pdu: string): Promise<void> {
    if ((await this.pduIn(slot)) === pdu) await this.lanes.run('keep', `AT+CMGD=${slot}`);
    if (this.held.get(slot)?.pdu === pdu) this.held.delete(slot);
  }

  private async pduIn(slot: number): Promise<string | null> {
    try {
      const { lines } = await this.lanes.run('keep', `AT+CMGR=${slot}`);
      return lines.find((line) => /^[0-9A-Fa-f]+$/.test(line)) ?? null;
    } catch (thrown) {
      // An empty slot is answered with an error by some and with OK alone by others.
      if (thrown instanceof AtFault && thrown.kind === 'refused') return null;
      throw thrown;
    }
  }
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';

const CTRL_Z = '\x1a';
/** A TPDU has at most 164 octets and a service centre's address 12. */
const MAX_PDU_OCTETS = 176;

/** The octets after the service centre's address, which is what +CMGS counts (3GPP TS 27.005 clause 4.3). */
export function tpduLength(pdu: string): number {
  if (!/^([0-9A-Fa-f]{2}){2,}$/.test(pdu)) throw new AtFault('invalid', 'a PDU is a row of hex octets');
  const octets = pdu.length / 2;
  const length = octets - 1 - parseInt(pdu.slice(0, 2), 16);
  if (length < 1 || octets > MAX_PDU_OCTETS) throw new AtFault('invalid', 'the PDU has a wrong length');
  return length;
}

export function pduBody(pdu: string): Buffer {
  return Buffer.from(`${pdu}${CTRL_Z}`, 'latin1');
}
