import type { OpenForm, Translate } from '../lib/form/form-fields.editor';
import type { Sample } from '../lib/form/payload-trial';

/** The lists that the open dialog edits. */
export interface IngestLists {
  meters: readonly unknown[];
  profiles: readonly unknown[];
}

/** The open dialog, as its sections see it. */
export interface OpenIngest extends OpenForm {
  readonly text: Translate;
  readonly lists: IngestLists;
  /** A message that somebody pasted; it is forgotten with the dialog. */
  readonly sample: Sample;
  /** Fields come or go: the section is shown anew, with the keyboard at this place. */
  replace(lists: Partial<IngestLists>, focusPlace?: string): void;
  /** Something other than the lists was typed, on which shows depend. */
  follow(): void;
}

/** One tab of the dialog. */
export interface Section {
  /** Shows its list anew. */
  build(): void;
  /** Follows what was typed. */
  follow(problems: readonly string[]): void;
}
