import type { AccountCard } from '../ledger/account';
import type { Micros } from '../money/micros';
import { parseInbound, type InboundRequest, type SpendingLimit } from './inbound-text';
import type { ReplyKind } from './notice-kinds';
import { isLanguage, languageCode, noticeText, type OwnTexts } from './notice-text';
import type { TemplateValues } from './notice-template';

/** What a meter used, in Wh: today so far, yesterday, and in this billing period. null where nobody knows. */
export interface UseSoFar {
  todayWh: number | null;
  yesterdayWh: number | null;
  periodWh: number | null;
}

/** What somebody else has to do before the customer is answered; it may be refused. */
export type InboundIntent =
  | { kind: 'limit'; accountId: string; limit: SpendingLimit | null }
  | { kind: 'emergency'; accountId: string }
  | { kind: 'language'; accountIds: string[]; language: string }
  /** Of tips and reminders; what concerns the supply is sent all the same. */
  | { kind: 'optOut' | 'optIn'; accountIds: string[] };

/** What an inbound text leads to. With an intent, `text` is sent once it was done, and `refusal` when it could not be. */
export interface InboundAnswer {
  to: string;
  language: string;
  reply: ReplyKind;
  text: string;
  intent: InboundIntent | null;
  refusal: string;
}

export interface InboundContext {
  /** The accounts of whoever is registered with the sender's number. */
  accounts: readonly AccountCard[];
  useOf: (account: AccountCard) => UseSoFar;
  writeMoney: (amount: Micros) => string;
  own?: OwnTexts;
}

interface Reply {
  reply: ReplyKind;
  values: TemplateValues;
  intent?: InboundIntent;
  /** The account that a refusal names. */
  accountId?: string;
  language?: string;
}

type NamedRequest = Extract<InboundRequest, { accountId: string | null }>;

/** Answers a text in the customer's language. null for a number that nobody is registered with: strangers learn nothing. */
export function answerInbound(from: string, text: string, context: InboundContext): InboundAnswer | null {
  const [first] = context.accounts;
  if (!first) return null;
  const request = parseInbound(text);
  const {
    reply,
    values,
    intent = null,
    accountId = first.accountId,
    language = first.language,
  } = 'accountId' in request
    ? replyForAccount(request, context)
    : replyForCustomer(request, context.accounts, context.own);
  const { own } = context;
  return {
    to: from,
    language,
    reply,
    text: noticeText(reply, language, values, own),
    intent,
    refusal: intent ? noticeText('reply-refused', language, { account: accountId }, own) : '',
  };
}

function replyForCustomer(
  request: Exclude<InboundRequest, NamedRequest>,
  accounts: readonly AccountCard[],
  own: OwnTexts = {},
): Reply {
  const accountIds = accounts.map(({ accountId }) => accountId);
  switch (request.ask) {
    case 'language': {
      const language = languageCode(request.language);
      if (!isLanguage(language, own)) return { reply: 'reply-help', values: {} };
      return {
        reply: 'reply-language',
        values: {},
        language,
        intent: { kind: 'language', accountIds, language },
      };
    }
    case 'stop':
      return { reply: 'reply-stopped', values: {}, intent: { kind: 'optOut', accountIds } };
    case 'start':
      return { reply: 'reply-started', values: {}, intent: { kind: 'optIn', accountIds } };
    case 'help':
      return { reply: 'reply-help', values: {} };
  }
}

function replyForAccount(request: NamedRequest, context: InboundContext): Reply {
  const account = accountFor(request, context.accounts);
  if (!account) {
    const accounts = context.accounts.map(({ accountId }) => accountId).join(', ');
    return { reply: 'reply-which', values: { accounts } };
  }
  const { accountId } = account;
  switch (request.ask) {
    case 'balance': {
      const balance = context.writeMoney(account.balanceMicros);
      return { reply: 'reply-balance', values: { account: accountId, balance } };
    }
    case 'use': {
      const { todayWh, yesterdayWh, periodWh } = context.useOf(account);
      const values = { today: kWh(todayWh), yesterday: kWh(yesterdayWh), period: kWh(periodWh) };
      return { reply: 'reply-use', values: { account: accountId, ...values } };
    }
    case 'emergency':
      return emergencyReply(account);
    case 'limit':
      return limitReply(account, request.limit, context);
  }
}

/** The one that was named, or the only one. Of somebody else's account nothing is told, not even that there is one. */
function accountFor({ accountId }: NamedRequest, accounts: readonly AccountCard[]): AccountCard | undefined {
  if (accountId === null) return accounts.length === 1 ? accounts[0] : undefined;
  const wanted = accountId.toLowerCase();
  return accounts.find((account) => account.accountId.toLowerCase() === wanted);
}

function emergencyReply({ accountId }: AccountCard): Reply {
  const intent: InboundIntent = { kind: 'emergency', accountId };
  return { reply: 'reply-emergency-on', values: { account: accountId }, intent, accountId };
}

/** What is said once emergency credit was granted, where it has an amount. */
export function grantedText(
  accountId: string,
  amountMicros: Micros,
  language: string,
  { writeMoney, own }: InboundContext,
): string {
  const values = { account: accountId, amount: writeMoney(amountMicros) };
  return noticeText('reply-emergency', language, values, own);
}

function limitReply(
  { accountId }: AccountCard,
  limit: SpendingLimit | null,
  { writeMoney }: InboundContext,
): Reply {
  const intent: InboundIntent = { kind: 'limit', accountId, limit };
  if (limit === null) return { reply: 'reply-no-limit', values: { account: accountId }, intent, accountId };
  const text = 'energyWh' in limit ? `${kWh(limit.energyWh)} kWh` : writeMoney(limit.amountMicros);
  return { reply: 'reply-limit', values: { account: accountId, limit: text }, intent, accountId };
}

const WH_PER_TENTH = 100;

/** To a tenth of a kWh. */
function kWh(energyWh: number | null): string {
  return energyWh === null ? '?' : (Math.floor(energyWh / WH_PER_TENTH) / 10).toFixed(1);
}
