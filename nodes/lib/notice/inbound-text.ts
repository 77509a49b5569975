import { parseAmount, type Micros } from '../money/micros';

/** What a customer asks for in a text. `accountId` is null when none was named. */
export type InboundRequest =
  | { ask: 'balance' | 'use' | 'emergency'; accountId: string | null }
  | { ask: 'limit'; accountId: string | null; limit: SpendingLimit | null }
  | { ask: 'language'; language: string }
  | { ask: 'stop' | 'start' | 'help' };

/** A customer's own limit for a billing period, in money or in energy. */
export type SpendingLimit = { amountMicros: Micros } | { energyWh: number };

type Command = InboundRequest['ask'];

/** What people write, in the languages that notices are shipped in. Upper case; accents are taken off before. */
const WORDS: Readonly<Record<Command, readonly string[]>> = {
  balance: ['BAL', 'BALANCE', 'SALIO', 'SALDO', 'SOLDE', 'BAKI', 'शेष', 'बैलेंस', 'मौज्दात'],
  use: ['USE', 'USAGE', 'MATUMIZI', 'CONSO', 'CONSOMMATION', 'CONSUMO', 'खपत'],
  limit: ['LIMIT', 'KIKOMO', 'LIMITE', 'सीमा'],
  emergency: ['EMERGENCY', 'EMG', 'DHARURA', 'SECOURS', 'EMERGENCIA', 'आपात', 'आपतकालीन'],
  language: ['LANG', 'LANGUAGE', 'LUGHA', 'LANGUE', 'LINGUA', 'भाषा'],
  stop: ['STOP', 'UNSUBSCRIBE', 'ACHA', 'ARRET', 'PARAR', 'बंद', 'रोक'],
  start: ['START', 'UNSTOP', 'ANZA', 'REPRENDRE', 'VOLTAR', 'सुरु', 'शुरू'],
  help: ['HELP', 'INFO', 'MSAADA', 'AIDE', 'AJUDA', 'मदत', 'मदद'],
};
const COMMANDS = new Map(
  (Object.keys(WORDS) as Command[]).flatMap((command) =>
    WORDS[command].map((word): [string, Command] => [word, command]),
  ),
);

const LIMIT_OFF = new Set(['OFF', 'NONE', 'NO', '0']);
const KWH = /^(?:KWH|UNITS?|यूनिट|युनिट)$/;
const KWH_AT_END = /^([\d.]+)KWH$/;
const MAX_ACCOUNT_LENGTH = 64;
/** Nobody asks for anything at greater length. */
const MAX_WORDS = 5;
const WH_PER_KWH = 1000;
/** More than a house uses in a lifetime. */
const MAX_LIMIT_KWH = 1_000_000;
const DEVANAGARI_ZERO = 0x0966;
/** The marks above and below Latin letters; those of other scripts are parts of their letters. */
const LATIN_ACCENTS = /[\u0300-\u036f]/g;

/** Reads a customer's text. Whatever is none of the known words is a call for help. */
export function parseInbound(text: string): InboundRequest {
  const words = wordsOf(text);
  const [first = '', ...rest] = words;
  const command = COMMANDS.get(first.toUpperCase()) ?? 'help';
  if (words.length > MAX_WORDS) return { ask: 'help' };
  switch (command) {
    case 'balance':
    case 'use':
    case 'emergency': {
      const [accountId, more] = rest;
      if (more !== undefined) return { ask: 'help' };
      return { ask: command, accountId: accountOf(accountId) };
    }
    case 'limit':
      return parseLimit(rest);
    case 'language':
      return rest.length === 1 && rest[0] !== undefined
        ? { ask: 'language', language: rest[0].toLowerCase() }
        : { ask: 'help' };
    // Whoever wants to be left alone may say so in a sentence.
    case 'stop':
    case 'start':
    case 'help':
      return { ask: command };
  }
}

/** `500`, `500 A1`, `40 kWh`, `40kWh A1`, `OFF A1` */
function parseLimit(words: readonly string[]): InboundRequest {
  const [value = '', ...rest] = words.map((word) => word.toUpperCase());
  const originals = words.slice(1);
  if (LIMIT_OFF.has(value)) return limitFor(null, originals);
  const joined = KWH_AT_END.exec(value);
  if (joined) return limitFor(energyLimit(joined[1] ?? ''), originals);
  if (KWH.test(rest[0] ?? '')) return limitFor(energyLimit(value), originals.slice(1));
  return limitFor(moneyLimit(value), originals);
}

function limitFor(limit: SpendingLimit | null | undefined, rest: readonly string[]): InboundRequest {
  if (limit === undefined || rest.length > 1) return { ask: 'help' };
  return { ask: 'limit', limit, accountId: accountOf(rest[0]) };
}

function moneyLimit(text: string): SpendingLimit | undefined {
  try {
    const amountMicros = parseAmount(text);
    return amountMicros > 0 ? { amountMicros } : undefined;
  } catch {
    return undefined;
  }
}

function energyLimit(text: string): SpendingLimit | undefined {
  if (!/^\d{1,7}(?:\.\d{1,3})?$/.test(text)) return undefined;
  const kWh = Number(text);
  return kWh > 0 && kWh <= MAX_LIMIT_KWH ? { energyWh: Math.round(kWh * WH_PER_KWH) } : undefined;
}

function accountOf(word: string | undefined): string | null {
  return word === undefined ? null : word.slice(0, MAX_ACCOUNT_LENGTH);
}

/** Words without accents, full stops and the like around them; a sign stays, and digits of Devanagari are digits. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(LATIN_ACCENTS, '')
    .normalize('NFC')
    .replace(/[\u0966-\u096f]/g, (digit) => String((digit.codePointAt(0) ?? 0) - DEVANAGARI_ZERO))
    .split(/\s+/)
    .map((word) => word.replace(/^[^\p{L}\p{M}\p{N}+-]+|[^\p{L}\p{M}\p{N}]+$/gu, ''))
    .filter((word) => word !== '');
}
