import { octetsToHex } from './hex-octets';
import type { OctetReader } from './octet-reader';
import { readAddress, writeAddress, writeServiceCentre, type PduAddress } from './pdu-address';
import { readPduTime, TIME_OCTETS, writePduTime, type PduTime } from './pdu-time';

/** What a status means for a message. `trying`: the network goes on by itself. */
export type DeliveryOutcome = 'delivered' | 'trying' | 'failed' | 'unknown';

export interface StatusReport {
  kind: 'status-report';
  smsc: string | null;
  /** The number that the modem gave to the message it tells of. */
  messageReference: number;
  to: PduAddress;
  submittedAt: PduTime | null;
  dischargedAt: PduTime | null;
  status: number;
  outcome: DeliveryOutcome;
  reason: string;
  problems: string[];
}

/** The first octet of an SMS-STATUS-REPORT, 3GPP TS 23.040 clause 9.2.2.3: nothing more waits. */
const STATUS_REPORT_NO_MORE = 0x06;

interface StatusRange {
  from: number;
  outcome: DeliveryOutcome;
  reason: string;
}

/** TP-Status, clause 9.2.3.15: the first entry that does not lie above the status. */
const STATUSES: readonly StatusRange[] = [
  { from: 0x00, outcome: 'delivered', reason: 'received' },
  { from: 0x01, outcome: 'unknown', reason: 'passed on, and nobody can say whether it was received' },
  { from: 0x02, outcome: 'failed', reason: 'replaced by another message' },
  { from: 0x03, outcome: 'delivered', reason: 'completed' },
  { from: 0x20, outcome: 'trying', reason: 'the network is congested' },
  { from: 0x21, outcome: 'trying', reason: 'the phone is busy' },
  { from: 0x22, outcome: 'trying', reason: 'the phone does not answer' },
  { from: 0x23, outcome: 'trying', reason: 'the service was rejected' },
  { from: 0x24, outcome: 'trying', reason: 'the quality of service is not available' },
  { from: 0x25, outcome: 'trying', reason: 'an error in the phone' },
  { from: 0x26, outcome: 'trying', reason: 'a passing error' },
  { from: 0x40, outcome: 'failed', reason: 'a remote procedure failed' },
  { from: 0x41, outcome: 'failed', reason: 'the destination cannot take it' },
  { from: 0x42, outcome: 'failed', reason: 'the phone rejected the connection' },
  { from: 0x43, outcome: 'failed', reason: 'not obtainable' },
  { from: 0x44, outcome: 'failed', reason: 'the quality of service is not available' },
  { from: 0x45, outcome: 'failed', reason: 'no interworking' },
  { from: 0x46, outcome: 'failed', reason: 'its validity ran out' },
  { from: 0x47, outcome: 'failed', reason: 'deleted by the sender' },
  { from: 0x48, outcome: 'failed', reason: 'deleted by the network' },
  { from: 0x49, outcome: 'failed', reason: 'the network does not know it' },
  { from: 0x4a, outcome: 'failed', reason: 'a lasting error' },
  { from: 0x60, outcome: 'failed', reason: 'the network was congested and has given up' },
  { from: 0x61, outcome: 'failed', reason: 'the phone was busy and the network has given up' },
  { from: 0x62, outcome: 'failed', reason: 'the phone did not answer and the network has given up' },
  { from: 0x63, outcome: 'failed', reason: 'the service was rejected and the network has given up' },
  {
    from: 0x64,
    outcome: 'failed',
    reason: 'the quality of service was not available and the network has given up',
  },
  { from: 0x65, outcome: 'failed', reason: 'an error in the phone and the network has given up' },
  { from: 0x66, outcome: 'failed', reason: 'a passing error and the network has given up' },
  { from: 0x80, outcome: 'unknown', reason: 'the network uses a status nobody has defined' },
];

export function readStatus(status: number): { outcome: DeliveryOutcome; reason: string } {
  const found = STATUSES.findLast(({ from }) => status >= from);
  return { outcome: found?.outcome ?? 'unknown', reason: found?.reason ?? '' };
}

/** A report behind its first octet. What may follow the status says nothing about the delivery. */
export function readStatusReport(reader: OctetReader, smsc: string | null): StatusReport {
  const messageReference = reader.takeOne('message reference');
  const to = readAddress(reader, 'recipient');
  const submittedAt = readPduTime(reader.take(TIME_OCTETS, 'time stamp'));
  const dischargedAt = readPduTime(reader.take(TIME_OCTETS, 'discharge time'));
  const status = reader.takeOne('status');
  const problems = [
    ...(submittedAt ? [] : ['the time stamp is no time']),
    ...(dischargedAt ? [] : ['the discharge time is no time']),
  ];
  const { outcome, reason } = readStatus(status);
  const times = { submittedAt, dischargedAt };
  return { kind: 'status-report', smsc, messageReference, to, ...times, status, outcome, reason, problems };
}

/** What a network would send, for simulators and tests. */
export interface StatusReportRequest {
  messageReference: number;
  to: string;
  submittedAt: PduTime;
  dischargedAt: PduTime;
  status: number;
  smsc?: string;
}

function octet(field: string, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw new RangeError(`${field} must be one octet, got ${value}`);
}

export function encodeStatusReport(request: StatusReportRequest): { pduHex: string; tpduOctets: number } {
  const tpdu = [
    STATUS_REPORT_NO_MORE,
    octet('messageReference', request.messageReference),
    ...writeAddress('to', { kind: 'number', text: request.to }),
    ...writePduTime('submittedAt', request.submittedAt),
    ...writePduTime('dischargedAt', request.dischargedAt),
    octet('status', request.status),
  ];
  const pduHex = octetsToHex(Uint8Array.from([...writeServiceCentre(request.smsc ?? null), ...tpdu]));
  return { pduHex, tpduOctets: tpdu.length };
}
