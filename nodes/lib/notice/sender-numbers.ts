import { countryNumbers } from '../sms/country-numbers';

/** More than this is no number that anybody was registered with. */
const MAX_LENGTH = 64;

/** A sender's number in every way in which staff may have written it down, since a ledger finds exact numbers only. */
export function waysToWrite(number: string, country: string): string[] {
  const text = number.trim().slice(0, MAX_LENGTH);
  const home = countryNumbers(country);
  if (!text.startsWith('+')) return [text];
  const digits = text.slice(1);
  const ways = [text, `00${digits}`, digits];
  if (home && digits.startsWith(home.callingCode)) {
    const national = digits.slice(home.callingCode.length);
    ways.push(national, home.trunkPrefix + national);
  }
  return [...new Set(ways)];
}
