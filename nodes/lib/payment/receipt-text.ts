import { displayAmount, type Micros } from '../money/micros';
import { septetsOfChar } from '../sms/gsm-alphabet';
import { measureText } from '../sms/text-parts';
import type { Receipt } from './receipt';
import { ENERGY_USE, FEE_USE } from './top-up-uses';

/** One text message in the GSM alphabet. */
const MAX_SEPTETS = 160;
/** Beyond this the number of an account is not needed to know one's own. */
const MAX_ACCOUNT_LENGTH = 24;
const WH_PER_KWH = 1000;

/** A part of the text; those with the lowest rank are left out first. */
interface Part {
  rank: number;
  text: string;
}

/**
 * A receipt as one text message, in as many words as fit into it. The number, the amount, the balance and the code are
 * always there; what the money was used for is there as far as there is room.
 */
export function receiptSms(receipt: Receipt): string {
  const { number, currency, decimals, uses, estimatedWh, periodLabel, code } = receipt;
  const money = (amount: Micros): string => displayAmount(amount, decimals);
  const parts: Part[] = [
    { rank: 9, text: `Receipt ${number} ${receipt.accountId.slice(0, MAX_ACCOUNT_LENGTH)}:` },
    { rank: 9, text: `${currency} ${money(receipt.amountMicros)}.` },
    ...uses.map(({ component, amountMicros }) => ({
      rank: rankOf(component),
      text: `${wordOf(component)} ${money(amountMicros)}`,
    })),
    { rank: 7, text: estimatedWh === null ? '' : `~${kWhText(estimatedWh)} kWh` },
    { rank: 9, text: `Balance ${money(receipt.balanceMicros)}.` },
    { rank: 3, text: periodLabel },
    { rank: 9, text: code },
  ];
  let least = 0;
  for (;;) {
    const shown = parts.filter(({ rank, text }) => rank > least && text !== '');
    const text = inGsm(shown.map((part) => part.text).join(' '));
    if (isOneText(text) || least >= 9) return cutToFit(text);
    least += 1;
  }
}

/** The breakdown is left out as a whole, or it would not add up. */
function rankOf(component: string): number {
  return component === ENERGY_USE ? 6 : 5;
}

function wordOf(component: string): string {
  if (component === ENERGY_USE) return 'energy';
  if (component === FEE_USE) return 'fee';
  return component.startsWith('debt:') ? 'debt' : 'tax';
}

/** Rounded down to a tenth: nobody is promised more than there is. */
export function kWhText(energyWh: number): string {
  return (Math.floor(energyWh / (WH_PER_KWH / 10)) / 10).toFixed(1);
}

function isOneText(text: string): boolean {
  const { encoding, units } = measureText(text);
  return encoding === 'gsm7' && units <= MAX_SEPTETS;
}

/** Letters that the alphabet lacks would turn the whole text into one of seventy characters. */
function inGsm(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  return Array.from(plain, (char) => (septetsOfChar(char) ? char : '?')).join('');
}

/** Amounts have a bound, so nothing is cut but the impossible; a code is worth nothing without its end. */
function cutToFit(text: string): string {
  let cut = text;
  while (!isOneText(cut)) cut = cut.slice(1);
  return cut;
}
