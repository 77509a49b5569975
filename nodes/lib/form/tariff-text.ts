import { checkTariff } from '../tariff/check-tariff';
import type { Tariff } from '../tariff/tariff';

/** Far above the largest tariff there can be, so that a wrong file is refused before it is read. */
const MAX_TARIFF_TEXT_LENGTH = 1_000_000;

/**
 * A tariff as text: what is wrong with it, or the tariff when nothing is. `value` is what the JSON holds, undefined when
 * it is no JSON.
 */
export type TariffReading =
  | { tariff: Tariff; value: unknown; problems: readonly [] }
  | { tariff: null; value: unknown; problems: readonly [string, ...string[]] };

/** Says the same, word for word, wherever a tariff comes from: a node's settings, an import, the dialog itself. */
export function readTariff(text: string): TariffReading {
  if (text.length > MAX_TARIFF_TEXT_LENGTH) {
    const problem = `the tariff must be a text of at most ${MAX_TARIFF_TEXT_LENGTH} characters, got ${text.length}`;
    return { tariff: null, value: undefined, problems: [problem] };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { tariff: null, value: undefined, problems: [`the tariff must be JSON: ${reason}`] };
  }
  const [first, ...others] = checkTariff(value);
  if (first !== undefined) return { tariff: null, value, problems: [first, ...others] };
  return { tariff: value as Tariff, value, problems: [] };
}

/** The tariff of a node's settings; throws what is wrong with it first. */
export function tariffOfText(text: string): Tariff {
  const { tariff, problems } = readTariff(text);
  if (tariff === null) throw new RangeError(problems[0]);
  return tariff;
}
