import { measureText, type TextLength } from '../sms/text-parts';
import { showValue } from '../text/show-value';
import { SAMPLE_VALUES, SITE_NAME, variablesOf, type TextKind } from './notice-kinds';

/** Values by the names of variables. */
export type TemplateValues = Readonly<Record<string, string | undefined>>;

const PLACE = /\{([^{}]*)\}/g;
/** More messages than this for one notice cost more than it is worth. */
const MAX_PARTS = 3;

/**
 * Checks a text before it is kept: it has every variable of its kind and no other, its braces are in pairs, and filled
 * with likely values it is at most three messages long. Returns that length, to be shown while somebody writes.
 */
export function checkTemplate(kind: TextKind, text: string): TextLength {
  const wanted = variablesOf(kind);
  if (text.trim() === '') throw new RangeError(`the text of ${kind} must not be empty`);
  const names = [...text.matchAll(PLACE)].map(([, name]) => name ?? '');
  const stranger = names.find((name) => name !== SITE_NAME && !wanted.includes(name));
  if (stranger !== undefined)
    throw new RangeError(
      `the text of ${kind} must not have {${showValue(stranger)}}: it can have ${listOf([...wanted, SITE_NAME])}`,
    );
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) throw new RangeError(`the text of ${kind} must have {${missing}}`);
  if (/[{}]/.test(text.replace(PLACE, '')))
    throw new RangeError(`the text of ${kind} must close every { with a }`);
  const length = templateLength(text);
  if (length.parts > MAX_PARTS)
    throw new RangeError(
      `the text of ${kind} must fit into ${MAX_PARTS} messages, with likely values it needs ${length.parts}`,
    );
  return length;
}

/** How long a text becomes with likely values: its alphabet, its characters and its messages. */
export function templateLength(text: string): TextLength {
  return measureText(fillTemplate(text, SAMPLE_VALUES));
}

/** What is not known is left out: a notice with a gap is better than none. */
export function fillTemplate(text: string, values: TemplateValues): string {
  return text.replace(PLACE, (_, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : ''));
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `{${name}}`).join(', ');
}
