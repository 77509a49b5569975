import type { AccountCard } from '../lib/ledger/account';
import type { PostingResult } from '../lib/ledger/posting';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { micros } from '../lib/money/micros';
import {
  answerInbound,
  grantedText,
  type InboundAnswer,
  type InboundContext,
  type InboundIntent,
} from '../lib/notice/inbound-desk';
import { InboundRate } from '../lib/notice/inbound-rate';
import { parseInbound } from '../lib/notice/inbound-text';
import type { InboundText } from '../lib/notice/notice-input';
import { waysToWrite } from '../lib/notice/sender-numbers';
import type { Site } from '../lib/site/site';
import type { UseDesk } from './use-desk';

/** What became of a text, for flows and for people who read along. */
export interface TextEvent {
  event: 'answered' | 'refused' | 'stranger' | 'too many';
  from: string;
  text: string;
  reply: string;
  reason: string;
  atMs: number;
}

/** Emergency credit as a guard gave it: its amount, where it has one, and the notice of it. */
interface Granted {
  amountMicros: number | null;
  noticeId: number | null;
}

/** Says that emergency credit is on, and more than an answer could. */
const GRANTED_NOTICE = 'emergency-credit';

interface Outcome {
  answer: PrepaidMessage | null;
  event: TextEvent;
}

/** Texts that are known by their ids, so that one that is handed over again is not obeyed twice. */
const MAX_REMEMBERED = 10_000;

/** Answers what customers text, each in the customer's language, from the registered number only. */
export class TextDesk {
  private readonly rate = new InboundRate();
  private readonly seen = new Set<string>();

  constructor(
    private readonly site: Site,
    private readonly use: UseDesk,
    private readonly country: string,
    /** Sends a notice of what was asked for as the answer; whether it goes out as a text. */
    private readonly answerBy: (noticeId: number) => Promise<boolean>,
  ) {}

  async take(text: InboundText): Promise<Outcome | null> {
    const { incomingId, from } = text;
    if (incomingId !== '' && this.seen.has(incomingId)) return null;
    const outcome = await this.answer(text);
    if (incomingId !== '') this.remember(incomingId);
    return { ...outcome, event: { ...outcome.event, from } };
  }

  private async answer({ incomingId, from, text }: InboundText): Promise<Outcome> {
    const event = (name: TextEvent['event'], reply = '', reason = ''): TextEvent => ({
      event: name,
      from,
      text,
      reply,
      reason,
      atMs: this.site.nowMs(),
    });
    const accounts = this.accountsOf(from);
    const context = this.contextFor(accounts);
    // Strangers are not counted: whoever changes their number for each text could fill the memory of the others.
    const isTooMany = accounts.length > 0 && !this.rate.allows(from, this.site.nowMs());
    // Whoever wants to be left alone is, only without an answer.
    if (isTooMany && parseInbound(text).ask !== 'stop') return { answer: null, event: event('too many') };
    const found = answerInbound(from, text, context);
    if (!found) return { answer: null, event: event('stranger') };
    const done = await this.obey(found, context);
    if (done.text === null) return { answer: null, event: event('answered', GRANTED_NOTICE) };
    if (isTooMany) return { answer: null, event: event('too many', found.reply, done.refusal) };
    const messageId = incomingId === '' ? {} : { messageId: `answer/${incomingId}`.slice(0, 200) };
    const answer = {
      topic: found.reply,
      payload: { to: found.to, text: done.text, priority: 'urgent', ...messageId },
    };
    return { answer, event: event(done.refusal === '' ? 'answered' : 'refused', found.reply, done.refusal) };
  }

  /** Does what was asked for, and says it, or that it cannot be. No text where a notice says it. */
  private async obey(
    { intent, text, refusal, to, language }: InboundAnswer,
    context: InboundContext,
  ): Promise<{ text: string | null; refusal: string }> {
    if (intent === null) return { text, refusal: '' };
    try {
      const granted = await this.carryOut(intent, `sms ${to}`);
      if (intent.kind !== 'emergency' || granted === null) return { text, refusal: '' };
      const { amountMicros, noticeId } = granted;
      if (noticeId !== null && (await this.answerBy(noticeId))) return { text: null, refusal: '' };
      if (amountMicros === null) return { text, refusal: '' };
      return { text: grantedText(intent.accountId, micros(amountMicros), language, context), refusal: '' };
    } catch (error) {
      return { text: refusal, refusal: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Throws when it was refused. */
  private async carryOut(intent: InboundIntent, by: string): Promise<Granted | null> {
    switch (intent.kind) {
      case 'limit':
        await this.site.askGuard({
          ownLimits: { accountId: intent.accountId, ...limitsOf(intent.limit), by },
        });
        return null;
      case 'emergency':
        return grantedBy(await this.site.askGuard({ emergency: { accountId: intent.accountId, by } }));
      case 'language':
        return this.change(intent.accountIds, { language: intent.language }, by);
      case 'optOut':
        return this.change(intent.accountIds, { isOptedOut: true }, by);
      case 'optIn':
        return this.change(intent.accountIds, { isOptedOut: false }, by);
    }
  }

  private async change(
    accountIds: readonly string[],
    change: { language?: string; isOptedOut?: boolean },
    by: string,
  ): Promise<null> {
    const results = await Promise.all(
      accountIds.map((accountId) => this.site.post({ type: 'changeContact', accountId, change, by })),
    );
    for (const result of results) throwIfRefused(result);
    return null;
  }

  private accountsOf(from: string): AccountCard[] {
    const found = waysToWrite(from, this.country).flatMap((way) => this.site.store.accountsOfPhone(way));
    return [...new Map(found.map((card) => [card.accountId, card])).values()];
  }

  private contextFor(accounts: readonly AccountCard[]): InboundContext {
    return {
      accounts,
      useOf: (card) => this.use.soFar(card),
      writeMoney: (amount) => this.site.writeMoney(amount),
      own: this.site.ownTexts,
    };
  }

  private remember(incomingId: string): void {
    this.seen.add(incomingId);
    if (this.seen.size <= MAX_REMEMBERED) return;
    const [oldest] = this.seen;
    if (oldest !== undefined) this.seen.delete(oldest);
  }
}

/** A limit is in money or in energy and leaves the other one; off is both. */
function limitsOf(limit: (InboundIntent & { kind: 'limit' })['limit']): object {
  if (limit === null) return { spendMicros: null, energyWh: null };
  return 'energyWh' in limit ? { energyWh: limit.energyWh } : { spendMicros: limit.amountMicros };
}

function grantedBy(answer: unknown): Granted {
  const { emergency, amountMicros, noticeId } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (emergency !== 'granted') throw new Error('the balance guard refused emergency credit');
  const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);
  return { amountMicros: numberOf(amountMicros), noticeId: numberOf(noticeId) };
}

export function throwIfRefused(result: PostingResult): void {
  if (result.outcome === 'refused')
    throw new RangeError(`${result.field} ${result.reason}, got "${result.value}"`);
}
