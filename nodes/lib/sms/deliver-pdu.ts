import { showValue } from '../text/show-value';
import { readDataCoding, writeDataCoding, type Alphabet } from './data-coding';
import { hexToOctets, octetsToHex } from './hex-octets';
import type { OctetReader } from './octet-reader';
import { readAddress, writeAddress, writeServiceCentre, type PduAddress } from './pdu-address';
import { readPduTime, TIME_OCTETS, writePduTime, type PduTime } from './pdu-time';
import { partHeaders, type PduPart } from './submit-pdu';
import {
  MAX_PARTS,
  MAX_USER_DATA_OCTETS,
  splitText,
  type EncodingChoice,
  type ReferenceBits,
} from './text-parts';
import { readUserData, writeOctets, writeText, type UserData } from './user-data';

/** A text that came in. */
export interface DeliverMessage extends UserData {
  kind: 'deliver';
  smsc: string | null;
  from: PduAddress;
  alphabet: Alphabet;
  messageClass: number | null;
  /** When the network took it in; null when it did not say so in a way anybody can read. */
  sentAt: PduTime | null;
  protocolId: number;
}

/** What a network would send, for simulators and tests. */
export interface DeliverRequest {
  from: PduAddress;
  content: { text: string; encoding?: EncodingChoice } | { dataHex: string };
  sentAt: PduTime;
  reference?: { value: number; bits: ReferenceBits };
  smsc?: string;
  isFlash?: boolean;
}

/** The first octet of an SMS-DELIVER, 3GPP TS 23.040 clause 9.2.2.1: nothing more waits behind this one. */
const DELIVER_NO_MORE = 0x04;
const HAS_HEADER = 0x40;
const FLASH_CLASS = 0;

function dataOctets(dataHex: string): Uint8Array {
  const octets = hexToOctets(dataHex);
  if (!octets || octets.length > MAX_USER_DATA_OCTETS) {
    throw new RangeError(
      `dataHex must be up to ${MAX_USER_DATA_OCTETS} octets in hexadecimal, got "${showValue(dataHex)}"`,
    );
  }
  return octets;
}

interface Body {
  hasHeader: boolean;
  alphabet: Alphabet;
  text: string;
  octets: number[];
}

function bodies({ content, reference }: DeliverRequest): Body[] {
  if ('dataHex' in content) {
    const octets = writeOctets(dataOctets(content.dataHex), []);
    return [{ hasHeader: false, alphabet: '8bit', text: '', octets }];
  }
  const { encoding, parts } = splitText(content.text, content.encoding, reference?.bits);
  const headers = partHeaders(parts.length, reference, MAX_PARTS);
  return parts.map((text, index) => {
    const header = headers[index] ?? [];
    const octets = writeText(text, encoding, header);
    return { hasHeader: header.length > 0, alphabet: encoding, text, octets };
  });
}

export function encodeDeliver(request: DeliverRequest): PduPart[] {
  const serviceCentre = writeServiceCentre(request.smsc ?? null);
  const address = writeAddress('from', request.from);
  const time = writePduTime('sentAt', request.sentAt);
  return bodies(request).map(({ hasHeader, alphabet, text, octets }) => {
    const first = DELIVER_NO_MORE | (hasHeader ? HAS_HEADER : 0);
    const coding = writeDataCoding(alphabet, request.isFlash ? FLASH_CLASS : null);
    const tpdu = [first, ...address, 0, coding, ...time, ...octets];
    const pduHex = octetsToHex(Uint8Array.from([...serviceCentre, ...tpdu]));
    return { pduHex, tpduOctets: tpdu.length, text };
  });
}

/** An incoming text behind its first octet. */
export function readDeliver(reader: OctetReader, smsc: string | null, firstOctet: number): DeliverMessage {
  const from = readAddress(reader, 'sender');
  const protocolId = reader.takeOne('protocol identifier');
  const coding = readDataCoding(reader.takeOne('data coding'));
  const sentAt = readPduTime(reader.take(TIME_OCTETS, 'time stamp'));
  const data = readUserData(reader, coding, (firstOctet & HAS_HEADER) !== 0);
  const problems = sentAt === null ? ['the time stamp is no time', ...data.problems] : data.problems;
  const { alphabet, messageClass } = coding;
  return { kind: 'deliver', smsc, from, alphabet, messageClass, sentAt, protocolId, ...data, problems };
}
