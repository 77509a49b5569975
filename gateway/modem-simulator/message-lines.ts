import type { PduAddress } from '../../nodes/lib/sms/pdu-address';
import type { PduTime } from '../../nodes/lib/sms/pdu-time';
import { readPdu, type ReadPdu } from '../../nodes/lib/sms/read-pdu';
import { ucs2Hex, writeChars } from './character-set';
import type { StoredMessage } from './sim-card';
import type { TextSettings } from './text-settings';

/** By the number of the status, 3GPP TS 27.005 clause 3.1. */
const STATUS_NAMES = ['REC UNREAD', 'REC READ', 'STO UNSENT', 'STO SENT', 'ALL'];
export const ALL_STATUSES = STATUS_NAMES.indexOf('ALL');
const INTERNATIONAL = 145;
const NATIONAL = 129;
const MS_PER_MINUTE = 60_000;
const MINUTES_PER_QUARTER = 15;

export const tpduLength = (pdu: string): number => pdu.length / 2 - 1 - parseInt(pdu.slice(0, 2), 16);

/** The number of a status as the mode in force writes it, or null when there is none of that name. */
export function statusNamed(given: string | undefined, plain: number, { isTextMode }: TextSettings) {
  if (given === undefined || given === '') return plain;
  const status = isTextMode ? STATUS_NAMES.indexOf(given.toUpperCase()) : Number(given);
  return Number.isInteger(status) && status >= 0 && status <= ALL_STATUSES ? status : null;
}

/** A stored message behind what the command says before it, as AT+CMGL and AT+CMGR show it. */
export function storedLines(before: string, { status, pdu }: StoredMessage, texts: TextSettings): string[] {
  if (!texts.isTextMode) return [`${before}${status},"",${tpduLength(pdu)}`, pdu];
  const { fields, body } = inText(pdu, texts);
  return [`${before}"${STATUS_NAMES[status] ?? ''}",${fields}`, ...body];
}

/** A message that is handed on without being stored: a text or a delivery report. */
export function directLines(pdu: string, texts: TextSettings): string[] {
  const read = readPdu(pdu);
  const name = read.kind === 'status-report' ? '+CDS' : '+CMT';
  if (texts.isTextMode) {
    const { fields, body } = inText(pdu, texts);
    return [`${name}: ${fields}`, ...body];
  }
  return [`${name}: ${name === '+CMT' ? '"",' : ''}${tpduLength(pdu)}`, pdu];
}

/** What stands behind the status in text mode, 3GPP TS 27.005 clauses 3.4.2 to 3.4.6, and the lines after it. */
function inText(pdu: string, texts: TextSettings): { fields: string; body: string[] } {
  const read = readPdu(pdu);
  const number = ({ text }: PduAddress): string => `"${writeChars(text, texts.charset)}"`;
  switch (read.kind) {
    case 'deliver':
      return { fields: `${number(read.from)},"","${clock(read.sentAt)}"`, body: [bodyOf(read, texts)] };
    case 'submit':
      return { fields: `${number(read.to)},""`, body: [bodyOf(read, texts)] };
    case 'status-report': {
      const { to, messageReference, submittedAt, dischargedAt, status } = read;
      const kind = to.text.startsWith('+') ? INTERNATIONAL : NATIONAL;
      const times = `"${clock(submittedAt)}","${clock(dischargedAt)}"`;
      return { fields: `6,${messageReference},${number(to)},${kind},${times},${status}`, body: [] };
    }
    case 'unreadable':
      return { fields: '"",""', body: [pdu] };
  }
}

/** What the chosen set cannot show is shown in hex, as data is. */
function bodyOf(read: Extract<ReadPdu, { kind: 'deliver' | 'submit' }>, { charset }: TextSettings): string {
  if (read.text === null) return read.dataHex ?? '';
  return read.alphabet === 'ucs2' ? ucs2Hex(read.text) : writeChars(read.text, charset);
}

/** `26/11/21,11:30:00+23`: the network's own time and its zone in quarters of an hour. */
function clock(time: PduTime | null): string {
  if (!time) return '';
  const { atMs, zoneMinutes } = time;
  const local = new Date(atMs + zoneMinutes * MS_PER_MINUTE).toISOString();
  const quarters = String(Math.abs(zoneMinutes / MINUTES_PER_QUARTER)).padStart(2, '0');
  const date = local.slice(2, 10).replaceAll('-', '/');
  return `${date},${local.slice(11, 19)}${zoneMinutes < 0 ? '-' : '+'}${quarters}`;
}
