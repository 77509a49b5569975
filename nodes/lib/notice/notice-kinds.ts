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
  'limit-near': ['spent', 'limit'],
  'cut-announced': ['reason'],
  'cut-ordered': ['reason'],
  'emergency-offer': ['balance'],
  statement: ['period', 'used', 'charges', 'paid', 'balance'],
  tip: ['used', 'before'],
  /** To staff. */
  office: ['account', 'reason'],
  summary: ['period', 'statements', 'used', 'charges', 'paid'],
} as const satisfies Record<string, readonly string[]>;

/** Texts that take the place of a notice's usual one, or follow it, where its figures call for it. */
export const VARIANT_VARIABLES = {
  'overload-warning': ['power', 'limit'],
  'overload-locked': ['power', 'limit'],
  'shortage-announced': ['from', 'until', 'limit'],
  shortage: ['until'],
  'emergency-credit-time': ['hours', 'balance'],
  'tip-similar': ['similar'],
  'tip-hour': ['hour', 'saving'],
} as const satisfies Record<string, readonly string[]>;

/** Answers to what customers text. */
export const REPLY_VARIABLES = {
  'reply-balance': ['account', 'balance'],
  'reply-use': ['account', 'today', 'yesterday', 'period'],
  'reply-limit': ['account', 'limit'],
  'reply-no-limit': ['account'],
  'reply-emergency': ['account', 'amount'],
  'reply-emergency-on': ['account'],
  'reply-refused': ['account'],
  'reply-language': [],
  'reply-stopped': [],
  'reply-started': [],
  'reply-which': ['accounts'],
  'reply-help': [],
} as const satisfies Record<string, readonly string[]>;

export type NoticeKind = keyof typeof NOTICE_VARIABLES;
export type ReplyKind = keyof typeof REPLY_VARIABLES;
export type VariantKind = keyof typeof VARIANT_VARIABLES;
export type TextKind = NoticeKind | VariantKind | ReplyKind;

const ALL_VARIABLES: Readonly<Record<TextKind, readonly string[]>> = {
  ...NOTICE_VARIABLES,
  ...VARIANT_VARIABLES,
  ...REPLY_VARIABLES,
};

export const NOTICE_KINDS = Object.keys(NOTICE_VARIABLES) as NoticeKind[];
export const TEXT_KINDS = Object.keys(ALL_VARIABLES) as TextKind[];

/** The text of every kind in one language. */
export type LanguageTexts = Readonly<Record<TextKind, string>>;

/** The variables that the text of a kind has to have. */
export function variablesOf(kind: TextKind): readonly string[] {
  return ALL_VARIABLES[kind];
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
  hours: '48',
  spent: 'INR 850.00',
  reason: 'repair of the line',
  from: '2026-11-21 18:00',
  until: '2026-11-21 20:30',
  similar: '165.2',
  statements: '1204',
  period: '2026-10',
  charges: 'INR 1234.50',
  paid: 'INR 1500.00',
  before: '171.0',
  hour: '19-20',
  saving: 'INR 3.20',
  today: '12.4',
  yesterday: '11.8',
};
