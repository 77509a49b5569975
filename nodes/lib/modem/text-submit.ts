import { toFault } from './at-fault';
import { fieldsOf, wholeNumber } from './at-fields';
import type { CommandLanes } from './command-lanes';
import { pduBody, tpduLength } from './message-shelf';

export type SubmitResult =
  | { state: 'submitted'; reference: number }
  /** Nothing went out. `mayRetry`: the same text can succeed later. */
  | { state: 'failed'; reason: string; code: number | null; mayRetry: boolean }
  /** It may have gone out. Sending it again may send it twice. */
  | { state: 'unknown'; reason: string };

/** +CMS errors that pass: congestion, no network, SIM busy. 3GPP TS 27.005 clause 3.2.5 and TS 24.011 annex E-2. */
const PASSING_CODES = new Set([38, 41, 42, 47, 313, 314, 331]);
/** 332, network time-out: the text left the modem and no acknowledgement came back. */
const UNCERTAIN_CODE = 332;

/** Hands one PDU to the network, once. */
export async function submitPdu(lanes: CommandLanes, pdu: string, waitMs?: number): Promise<SubmitResult> {
  try {
    const { lines } = await lanes.run('text', `AT+CMGS=${tpduLength(pdu)}`, pduBody(pdu), waitMs);
    const reference = wholeNumber(fieldsOf(lines.find((line) => line.startsWith('+CMGS:')) ?? '')[0]);
    if (reference === null) return { state: 'unknown', reason: 'the modem gave no reference' };
    return { state: 'submitted', reference };
  } catch (thrown) {
    const { kind, message, wasBodySent, code } = toFault(thrown);
    if (kind === 'refused' && !(code === UNCERTAIN_CODE && wasBodySent))
      return { state: 'failed', reason: message, code, mayRetry: code !== null && PASSING_CODES.has(code) };
    if (wasBodySent) return { state: 'unknown', reason: message };
    return { state: 'failed', reason: message, code: null, mayRetry: kind !== 'invalid' };
  }
}
