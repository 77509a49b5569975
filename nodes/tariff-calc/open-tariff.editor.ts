import type { OpenForm, Translate } from '../lib/form/form-fields.editor';
import type { Tariff } from '../lib/tariff/tariff';

/** The tariff in the open dialog, as its sections see it. */
export interface OpenTariff extends OpenForm {
  readonly text: Translate;
  readonly tariff: Tariff;
  /** Fields come or go: every section is shown anew, with the keyboard at this place. */
  replace(tariff: Tariff, focusPlace?: string): void;
}

/** One tab of the dialog. */
export interface Section {
  /** Shows the tariff anew. */
  build(): void;
  /** Follows a value that was typed, or what was found wrong. */
  follow?(problems: readonly string[]): void;
}
