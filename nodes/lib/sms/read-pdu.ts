import { readDeliver, type DeliverMessage } from './deliver-pdu';
import { hexToOctets } from './hex-octets';
import { OctetReader, PduTooShort } from './octet-reader';
import { readServiceCentre } from './pdu-address';
import { readStatusReport, type StatusReport } from './status-report-pdu';
import { readSubmit, type SubmitMessage } from './submit-pdu';

/** What nobody can make sense of, kept as it came, and why. */
export interface UnreadablePdu {
  kind: 'unreadable';
  problem: string;
  pduHex: string;
}

export type ReadPdu = DeliverMessage | SubmitMessage | StatusReport | UnreadablePdu;

/** More than the longest message with its longest addresses; what a modem garbled beyond that is not looked at. */
const MAX_PDU_OCTETS = 255;

type KindReader = (reader: OctetReader, smsc: string | null, firstOctet: number) => ReadPdu;

/** By the lowest two bits of the first octet, 3GPP TS 23.040 clause 9.2.3.1. */
const KINDS: readonly (KindReader | null)[] = [readDeliver, readSubmit, readStatusReport, null];
const KIND_MASK = 0x03;

function readOctets(octets: Uint8Array, tpduOctets: number | undefined): ReadPdu | string {
  const reader = new OctetReader(octets);
  // Some modems leave the service centre out of a status report; the announced length tells.
  const smsc = tpduOctets === octets.length ? null : readServiceCentre(reader);
  const firstOctet = reader.takeOne('first octet');
  const read = KINDS[firstOctet & KIND_MASK];
  return read ? read(reader, smsc, firstOctet) : 'it is of a kind that no network sends';
}

/**
 * Reads what a modem handed over, whatever it is; never throws. `tpduOctets` is the length that the modem announced,
 * where it did.
 */
export function readPdu(hex: string, tpduOctets?: number): ReadPdu {
  const pduHex = hex.trim();
  const unreadable = (problem: string): UnreadablePdu => ({ kind: 'unreadable', problem, pduHex });
  const octets = hexToOctets(pduHex);
  if (!octets) return unreadable('it is not hexadecimal');
  if (octets.length > MAX_PDU_OCTETS) return unreadable(`it is longer than ${MAX_PDU_OCTETS} octets`);
  try {
    const result = readOctets(octets, tpduOctets);
    return typeof result === 'string' ? unreadable(result) : result;
  } catch (error) {
    if (error instanceof PduTooShort) return unreadable(error.message);
    throw error;
  }
}
