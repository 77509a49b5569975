import type { Origin, PrepaidMessage } from '../lib/meter/prepaid-message';
import type { TrustChange } from '../lib/bypass/distrust';
import { isGatewayId, readHeader } from '../lib/bypass/frame';
import { showValue } from '../lib/text/show-value';

/** What a person or a flow may ask a router for. */
export const QUESTIONS = [
  'state',
  'ways',
  'identity',
  'way',
  'export',
  'import',
  'code',
  'enter',
  'admit',
  'remove',
  'distrust',
  'trust',
  'rotate',
] as const;
export type QuestionName = (typeof QUESTIONS)[number];

export interface Question {
  ask: QuestionName;
  /** Who asks, as far as the message says it. */
  by: string;
  fields: Readonly<Record<string, unknown>>;
}

export type RouterInput =
  | { kind: 'frame'; frame: Uint8Array }
  | { kind: 'link'; link: string; bytes: Uint8Array }
  | { kind: 'question'; question: Question }
  | { kind: 'confirmation'; origin: Origin }
  | { kind: 'data' };

/** Finds out what a message is. A frame says so itself; bytes of a link are known by `msg.link`. */
export function routerInput(message: PrepaidMessage): RouterInput {
  const { payload, prepaid, link, by } = message;
  if (Buffer.isBuffer(payload)) {
    if (typeof link === 'string') return { kind: 'link', link, bytes: payload };
    if (readHeader(payload)) return { kind: 'frame', frame: payload };
    return { kind: 'data' };
  }
  if (typeof payload === 'object' && payload !== null && 'ask' in payload) {
    const fields = payload as Record<string, unknown>;
    const ask = QUESTIONS.find((known) => known === fields['ask']);
    if (ask === undefined)
      throw new RangeError(
        `payload.ask must be one of ${QUESTIONS.join(', ')}, got "${showValue(fields['ask'])}"`,
      );
    const asker = fields['by'] ?? by;
    return { kind: 'question', question: { ask, by: typeof asker === 'string' ? asker.trim() : '', fields } };
  }
  return prepaid?.origin ? { kind: 'confirmation', origin: prepaid.origin } : { kind: 'data' };
}

export function textField({ ask, fields }: Question, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value.trim() === '')
    throw new RangeError(`payload.${name} must be text when asking for "${ask}", got "${showValue(value)}"`);
  return value.trim();
}

export function gatewayField(question: Question): string {
  const gatewayId = textField(question, 'gatewayId');
  if (!isGatewayId(gatewayId))
    throw new RangeError(
      `payload.gatewayId must be 1 to 32 letters, digits, dots, dashes or underscores, got "${showValue(gatewayId)}"`,
    );
  return gatewayId;
}

const MOST_NAME_LETTERS = 60;

/** What somebody decides about a neighbour, with the name of who does: it is kept. */
export function trustChange(question: Question, atMs: number): TrustChange {
  const { ask, by } = question;
  if (by === '' || by.length > MOST_NAME_LETTERS)
    throw new RangeError(
      `msg.by must be the name of who decides, of at most ${MOST_NAME_LETTERS} letters, when asking for "${ask}", got "${showValue(by)}"`,
    );
  return { gatewayId: gatewayField(question), isDistrusted: ask === 'distrust', by, atMs };
}
