import type { Origin, PrepaidMessage } from '../lib/meter/prepaid-message';
import { readHeader } from '../lib/bypass/frame';
import { showValue } from '../lib/text/show-value';

/** What a person or a flow may ask a router for. */
export const QUESTIONS = [
  'state',
  'identity',
  'way',
  'export',
  'import',
  'code',
  'enter',
  'admit',
  'remove',
  'rotate',
] as const;
export type QuestionName = (typeof QUESTIONS)[number];

export interface Question {
  ask: QuestionName;
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
  const { payload, prepaid, link } = message;
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
    return { kind: 'question', question: { ask, fields } };
  }
  return prepaid?.origin ? { kind: 'confirmation', origin: prepaid.origin } : { kind: 'data' };
}

export function textField({ ask, fields }: Question, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value.trim() === '')
    throw new RangeError(`payload.${name} must be text when asking for "${ask}", got "${showValue(value)}"`);
  return value.trim();
}
