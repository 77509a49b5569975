/** Everything that customers are told by themselves, with the variables of its text. All but the site's name are needed. */
export const NOTICE_VARIABLES = {
  'low-credit': ['balance'],
  'cut-off': ['balance'],
  restored: ['balance'],
  'top-up': ['amount', 'balance'],
  'money-back': ['amount', 'balance'],
  'emergency-credit': ['amount', 'balance'],
  'limit-reached': ['limit'],
  'high-use': ['used', 'usual'],
  'next-slab': ['used', 'rate'],
  overload: ['power', 'limit', 'minutes'],
  statement: ['period', 'used', 'charges', 'paid', 'balance'],
  tip: ['used', 'before', 'hour', 'saving'],
} as const satisfies Record<string, readonly string[]>;

/** Answers to what customers text. */
export const REPLY_VARIABLES = {
  'reply-balance': ['account', 'balance'],
  'reply-use': ['account', 'today', 'yesterday', 'period'],
  'reply-limit': ['account', 'limit'],
  'reply-no-limit': ['account'],
  'reply-emergency': ['account', 'amount'],
  'reply-refused': ['account'],
  'reply-language': [],
  'reply-stopped': [],
  'reply-started': [],
  'reply-which': ['accounts'],
  'reply-help': [],
} as const satisfies Record<string, readonly string[]>;

export type NoticeKind = keyof typeof NOTICE_VARIABLES;
export type ReplyKind = keyof typeof REPLY_VARIABLES;
export type TextKind = NoticeKind | ReplyKind;

export const NOTICE_KINDS = Object.keys(NOTICE_VARIABLES) as NoticeKind[];
export const TEXT_KINDS = [...NOTICE_KINDS, ...(Object.keys(REPLY_VARIABLES) as ReplyKind[])];

/** The text of every kind in one language. */
export type LanguageTexts = Readonly<Record<TextKind, string>>;

/** The variables that the text of a kind has to have. */
export function variablesOf(kind: TextKind): readonly string[] {
  return kind in NOTICE_VARIABLES ? NOTICE_VARIABLES[kind as NoticeKind] : REPLY_VARIABLES[kind as ReplyKind];
}

/** May stand in any text: the name of the utility's site. */
export const SITE_NAME = 'name';

/** Long but likely values, to measure texts by. */
export const SAMPLE_VALUES: Readonly<Record<string, string>> = {
  name: 'Hill Valley',
  account: 'A-102938',
  accounts: 'A-102938, A-102939',
  balance: 'INR 1234.50',
  amount: 'INR 1000.00',
  limit: 'INR 1000.00',
  used: '182.4',
  usual: '9.5',
  rate: 'INR 12.50',
  power: '3.6',
  minutes: '15',
  period: '2026-10',
  charges: 'INR 1234.50',
  paid: 'INR 1500.00',
  before: '171.0',
  hour: '19-20',
  saving: 'INR 3.20',
  today: '12.4',
  yesterday: '11.8',
};
