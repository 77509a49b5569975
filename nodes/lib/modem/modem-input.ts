import { isRecord } from '../sms/json-record';
import { PRIORITIES, type Priority } from '../sms/waiting-texts';
import type { TextRequest, TextSubject } from '../sms/outgoing-text';
import { showValue } from '../text/show-value';

/** What a gsm-modem node is asked to do. */
export type ModemInput =
  | { kind: 'text'; text: Omit<TextRequest, 'owner' | 'topic'> }
  /** A question to the modem or its queue; what else it needs stands beside it. */
  | { kind: 'ask'; ask: string; given: Readonly<Record<string, unknown>> }
  /** The flow has an incoming text and does not need the modem to keep it. */
  | { kind: 'took'; incomingId: string };

/** What a node sets for texts that do not say otherwise. */
export interface TextDefaults {
  readonly wantsReport: boolean;
  readonly validityMs: number;
  readonly maxParts: number;
}

/** Losing the supply cannot wait behind receipts. */
const URGENT_NOTICES = new Set(['low-credit', 'cut-off']);
const MAX_ID_LENGTH = 200;
const HOUR_MS = 3_600_000;
const MAX_VALIDITY_HOURS = 63 * 7 * 24;

/** Reads a message's payload: a notice of balance-guard, {to, text}, {ask} or {took}. Throws for what is none of them. */
export function parseModemInput(payload: unknown, defaults: TextDefaults, newId: () => string): ModemInput {
  if (!isRecord(payload)) {
    throw new RangeError(`payload must be a notice, {to, text}, {ask} or {took}, got ${showValue(payload)}`);
  }
  if (payload['ask'] !== undefined) return { kind: 'ask', ask: textField(payload, 'ask'), given: payload };
  if (payload['took'] !== undefined) return { kind: 'took', incomingId: textField(payload, 'took') };
  return { kind: 'text', text: textOf(payload, defaults, newId) };
}

/** A text of at least one character in a field. */
export function textField(given: Readonly<Record<string, unknown>>, field: string): string {
  const value = given[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new RangeError(`payload.${field} must be a text, got ${showValue(value)}`);
}

/** A whole number in a field. */
export function wholeField(given: Readonly<Record<string, unknown>>, field: string): number {
  const value = given[field];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`payload.${field} must be a whole number, got ${showValue(value)}`);
}

function textOf(
  payload: Record<string, unknown>,
  defaults: TextDefaults,
  newId: () => string,
): Omit<TextRequest, 'owner' | 'topic'> {
  const subject = subjectOf(payload);
  const { wantsReport, maxParts } = defaults;
  return {
    messageId: messageIdOf(payload, subject, newId),
    to: payload['to'],
    text: textField(payload, 'text'),
    priority: priorityOf(payload, subject),
    isFlash: flag(payload, 'flash', false),
    wantsReport: flag(payload, 'report', wantsReport),
    validityMs: validityOf(payload, defaults),
    maxParts,
    subject,
  };
}

function subjectOf({ noticeId, kind, accountId }: Record<string, unknown>): TextSubject | null {
  const isNotice = typeof noticeId === 'number' && typeof kind === 'string' && typeof accountId === 'string';
  return isNotice ? { noticeId, kind, accountId } : null;
}

/** A notice that is handed over again after a restart is the same text; the number alone may come from another ledger. */
function messageIdOf(
  payload: Record<string, unknown>,
  subject: TextSubject | null,
  newId: () => string,
): string {
  if (payload['messageId'] !== undefined) {
    const messageId = textField(payload, 'messageId');
    if (messageId.length > MAX_ID_LENGTH)
      throw new RangeError(`payload.messageId must have at most ${MAX_ID_LENGTH} characters`);
    return messageId;
  }
  if (!subject) return newId();
  const { kind, accountId, noticeId } = subject;
  const atMs = payload['atMs'];
  return ['notice', kind, accountId, noticeId, typeof atMs === 'number' ? atMs : 0]
    .join('/')
    .slice(0, MAX_ID_LENGTH);
}

function priorityOf(payload: Record<string, unknown>, subject: TextSubject | null): Priority {
  const { priority } = payload;
  if (priority === undefined) return subject && URGENT_NOTICES.has(subject.kind) ? 'urgent' : 'normal';
  const found = PRIORITIES.find((each) => each === priority);
  if (!found)
    throw new RangeError(`payload.priority must be ${PRIORITIES.join(', ')}, got ${showValue(priority)}`);
  return found;
}

function flag(payload: Record<string, unknown>, field: string, otherwise: boolean): boolean {
  const value = payload[field] ?? otherwise;
  if (typeof value !== 'boolean')
    throw new RangeError(`payload.${field} must be true or false, got ${showValue(value)}`);
  return value;
}

function validityOf(payload: Record<string, unknown>, { validityMs }: TextDefaults): number {
  const { validityHours } = payload;
  if (validityHours === undefined) return validityMs;
  if (typeof validityHours !== 'number') {
    throw new RangeError(`payload.validityHours must be a number, got ${showValue(validityHours)}`);
  }
  return validityFromHours('payload.validityHours', validityHours);
}

/** Hours as people set them. What the network can be told ends with 63 weeks. */
export function validityFromHours(field: string, hours: number): number {
  if (!(hours > 0 && hours <= MAX_VALIDITY_HOURS))
    throw new RangeError(`${field} must be more than 0 and at most ${MAX_VALIDITY_HOURS}, got ${hours}`);
  return Math.round(hours * HOUR_MS);
}
