import type { DeliveryOutcome } from './status-report-pdu';

/** What people are told of a text. */
export type MessageState = Exclude<PartState, 'sending'>;
/** `sending`: handed to the modem, and nobody can tell yet whether it left. */
export const PART_STATES = ['queued', 'sending', 'submitted', 'delivered', 'failed', 'unknown'] as const;
export type PartState = (typeof PART_STATES)[number];

export interface SentPart {
  state: PartState;
  tries: number;
  /** The number that the modem gave it; reports name it by that. */
  messageReference: number | null;
  atMs: number;
  /** Why it is where it is, in words; empty where there is nothing to say. */
  reason: string;
}

/** One text on its way, in as many parts as it needs. Plain JSON. */
export interface SentMessage {
  messageId: string;
  to: string;
  wantsReport: boolean;
  maxTries: number;
  queuedAtMs: number;
  parts: SentPart[];
}

/** What can happen to a part. Write `handed` down before the modem gets the text, or a restart could send it twice. */
export type PartEvent =
  | { kind: 'handed' }
  | { kind: 'accepted'; messageReference: number }
  /** The modem or the network said no: for certain it did not leave. */
  | { kind: 'refused'; reason: string; mayRetry: boolean }
  /** It went wrong before the text was complete: for certain it did not leave. */
  | { kind: 'not sent'; reason: string }
  /** No word after the text was complete. */
  | { kind: 'silent'; reason: string }
  | { kind: 'report'; outcome: DeliveryOutcome; reason: string };

/** What can happen to a whole text. */
export type MessageEvent =
  | { kind: 'restarted' }
  | { kind: 'no report' }
  /** A person or a flow wants it sent again, knowing that an unknown one may arrive twice. */
  | { kind: 'send again' }
  | { kind: 'given up'; reason: string };

export function newSentMessage(
  message: Pick<SentMessage, 'messageId' | 'to' | 'wantsReport' | 'maxTries' | 'queuedAtMs'>,
  partCount: number,
): SentMessage {
  const { queuedAtMs } = message;
  const part: SentPart = { state: 'queued', tries: 0, messageReference: null, atMs: queuedAtMs, reason: '' };
  return { ...message, parts: Array.from({ length: partCount }, () => part) };
}

interface Move {
  from: readonly PartState[];
  to: (part: SentPart, event: never, message: SentMessage) => Partial<SentPart>;
}

type EventOf<K> = Extract<PartEvent | MessageEvent, { kind: K }>;
type Moves = {
  [K in (PartEvent | MessageEvent)['kind']]: {
    from: readonly PartState[];
    to: (part: SentPart, event: EventOf<K>, message: SentMessage) => Partial<SentPart>;
  };
};

/** It did not leave for certain, so it may try again by itself as long as it has tries. */
function retryOrFail(part: SentPart, reason: string, message: SentMessage): Partial<SentPart> {
  return { state: part.tries < message.maxTries ? 'queued' : 'failed', reason };
}

const STATE_OF_OUTCOME: Record<DeliveryOutcome, PartState | null> = {
  delivered: 'delivered',
  failed: 'failed',
  unknown: 'unknown',
  trying: null,
};

/** Every move there is: from which states an event moves a part, and where to. All else changes nothing. */
const MOVES: Moves = {
  handed: {
    from: ['queued'],
    to: (part) => ({ state: 'sending', tries: part.tries + 1, messageReference: null, reason: '' }),
  },
  accepted: {
    from: ['sending', 'unknown'],
    to: (_part, { messageReference }) => ({ state: 'submitted', messageReference, reason: '' }),
  },
  refused: {
    from: ['sending', 'unknown'],
    to: (part, { reason, mayRetry }, message) =>
      // After a silence the word comes late, and what was unknown is sent again only by somebody who wants it.
      mayRetry && part.state === 'sending' ? retryOrFail(part, reason, message) : { state: 'failed', reason },
  },
  'not sent': {
    from: ['sending'],
    to: (part, { reason }, message) => retryOrFail(part, reason, message),
  },
  silent: { from: ['sending'], to: (_part, { reason }) => ({ state: 'unknown', reason }) },
  report: {
    from: ['submitted', 'unknown'],
    to: (part, { outcome, reason }) => ({ state: STATE_OF_OUTCOME[outcome] ?? part.state, reason }),
  },
  restarted: {
    from: ['sending'],
    to: () => ({ state: 'unknown', reason: 'the system stopped while it was being sent' }),
  },
  'no report': {
    from: ['submitted'],
    to: () => ({ state: 'unknown', reason: 'no delivery report came' }),
  },
  'send again': {
    from: ['failed', 'unknown'],
    to: () => ({ state: 'queued', tries: 0, messageReference: null, reason: 'sent again' }),
  },
  'given up': { from: ['queued'], to: (_part, { reason }) => ({ state: 'failed', reason }) },
};

function movePart(
  part: SentPart,
  event: PartEvent | MessageEvent,
  message: SentMessage,
  atMs: number,
): SentPart {
  // The table holds for each kind what takes its events; the pair cannot be told to the compiler in one line.
  const move = MOVES[event.kind] as Move;
  if (!move.from.includes(part.state)) return part;
  return { ...part, atMs, ...move.to(part, event as never, message) };
}

function withParts(message: SentMessage, parts: SentPart[]): SentMessage {
  return parts.every((part, index) => part === message.parts[index]) ? message : { ...message, parts };
}

/** The message after something happened to one part; the very same one when that changes nothing. */
export function onPartEvent(
  message: SentMessage,
  index: number,
  event: PartEvent,
  atMs: number,
): SentMessage {
  return withParts(
    message,
    message.parts.map((part, place) => (place === index ? movePart(part, event, message, atMs) : part)),
  );
}

/** The message after something happened to all of it; the very same one when that changes nothing. */
export function onMessageEvent(message: SentMessage, event: MessageEvent, atMs: number): SentMessage {
  if (event.kind === 'no report' && !message.wantsReport) return message;
  return withParts(
    message,
    message.parts.map((part) => movePart(part, event, message, atMs)),
  );
}

/** One word for a text of many parts: lost if one is lost, on its way while one is, and only delivered when all are. */
export function stateOfMessage({ parts }: SentMessage): MessageState {
  const has = (...states: PartState[]): boolean => parts.some(({ state }) => states.includes(state));
  if (has('failed')) return 'failed';
  if (has('queued', 'sending')) return 'queued';
  if (has('unknown')) return 'unknown';
  return has('submitted') ? 'submitted' : 'delivered';
}

/** The part to hand to the modem next, or null: one at a time, in order, and none once a part has failed. */
export function nextPartToSend({ parts }: SentMessage): number | null {
  if (parts.some(({ state }) => state === 'sending' || state === 'failed')) return null;
  const index = parts.findIndex(({ state }) => state === 'queued');
  return index === -1 ? null : index;
}

/** Whether nothing more will happen to it by itself. */
export function isSettled(message: SentMessage): boolean {
  const state = stateOfMessage(message);
  if (state === 'submitted') return !message.wantsReport;
  return state !== 'queued';
}
