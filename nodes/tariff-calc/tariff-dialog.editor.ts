// The open dialog: holds the tariff, tells its sections what has changed, and keeps the field that is saved.
import { isFromEnvironment } from '../lib/form/field-check';
import { styleDialog } from '../lib/form/form-style.editor';
import { isShowable } from '../lib/form/tariff-shape';
import { ProposedState } from '../lib/form/tariff-state';
import { readTariff } from '../lib/form/tariff-text';
import { withValueAt, type Path } from '../lib/form/value-path';
import type { Tariff } from '../lib/tariff/tariff';
import { canonicalTariff } from '../lib/tariff/tariff-version';
import { CalendarSection } from './calendar-section.editor';
import { ComponentsSection } from './components-section.editor';
import { dialogTabs } from '../lib/form/dialog-tabs.editor';
import { ExampleSection } from './example-section.editor';
import { markProblems, type Translate } from '../lib/form/form-fields.editor';
import { JsonSection } from './json-section.editor';
import type { OpenTariff, Section } from './open-tariff.editor';
import { offerPresets } from './preset-menu.editor';
import { TariffSection } from './tariff-section.editor';
import type { VersionRule } from './version-rule.editor';

export class TariffDialog implements OpenTariff {
  tariff: Tariff;
  #problems: readonly string[] = [];
  /** What is stored, as long as it is nothing that the sections can show. */
  #unreadable: string | null = null;
  #awaitsFollow = false;
  #tab = 'tariff';
  readonly #storedTariff: string;
  readonly #state: ProposedState;
  readonly #example: ExampleSection;
  readonly #sections: Record<string, Section>;

  constructor(
    readonly text: Translate,
    private readonly stored: string,
    fallback: Tariff,
    private readonly version: VersionRule,
  ) {
    const { value } = readTariff(stored);
    this.tariff = isShowable(value) ? value : fallback;
    if (!isShowable(value)) this.#unreadable = stored;
    this.#storedTariff = canonicalTariff(this.tariff);
    this.#state = new ProposedState(String($('#node-input-state').val()));
    this.#example = new ExampleSection(this, $('#tariff-calc-bill'), () => this.#followSoon());
    const onImport = (imported: Tariff): void => this.#take(imported);
    this.#sections = {
      tariff: new TariffSection(this, $('#tariff-calc-general')),
      components: new ComponentsSection(this, $('#tariff-calc-components')),
      calendar: new CalendarSection(this, $('#tariff-calc-calendar')),
      example: this.#example,
      json: new JsonSection(this, $('#tariff-calc-import-export'), () => this.#unreadable, onImport),
    };
    offerPresets(this, (preset) => this.#take(preset));
    $('#node-input-state').on('change', () => this.#follow());
    $('#tariff-calc-version').on('change', (event) => this.#typeVersion(String($(event.target).val())));
    styleDialog();
    const tabs = Object.keys(this.#sections).map((name) => ({
      name,
      label: text(`tariff-calc.tab.${name}`),
    }));
    dialogTabs('tariff-calc', tabs, (tab) => {
      this.#tab = tab;
      this.#build();
    });
  }

  get whole(): Tariff {
    return this.tariff;
  }

  set(path: Path, value: unknown): void {
    this.tariff = withValueAt(this.tariff, path, value);
    this.#followSoon();
  }

  replace(tariff: Tariff, focusPlace?: string): void {
    this.tariff = tariff;
    this.#build(focusPlace);
  }

  /** The tariff to save: the very text that was stored when it says the same, so that nothing seems changed. */
  get savedText(): string {
    if (this.#unreadable !== null) return this.#unreadable;
    const text = canonicalTariff(this.tariff);
    return text === this.#storedTariff ? this.stored : text;
  }

  /** Brings the saved field up to date; a click on "Done" may come before the next picture. */
  save(): void {
    this.#follow();
  }

  /** A tariff from elsewhere. Its version counts as typed, since others may know it by that. */
  #take(tariff: Tariff): void {
    this.#unreadable = null;
    this.tariff = tariff;
    this.version.type(tariff.version);
    this.#build();
  }

  #typeVersion(typed: string): void {
    const version = Number(typed);
    if (Number.isSafeInteger(version) && version >= 1) this.version.type(version);
    this.#follow();
  }

  /** Shows the chosen section anew. The others are built when they are chosen. */
  #build(focusPlace?: string): void {
    const panel = $(`#tariff-calc-tab-${this.#tab}`);
    // While its fields are exchanged the panel keeps its height, so that the dialog does not scroll away.
    panel.css('min-height', panel.height() ?? 0);
    this.#sections[this.#tab]?.build();
    panel.css('min-height', '');
    this.#follow();
    if (focusPlace === undefined) return;
    const wanted = panel.find('[data-place], [data-focus]').filter((_, element) => {
      const { place, focus } = element.dataset;
      return place === focusPlace || focus === focusPlace;
    });
    wanted.first().trigger('focus');
  }

  /** Once for however many changes there are before the next picture: painting makes many. */
  #followSoon(): void {
    if (this.#awaitsFollow) return;
    this.#awaitsFollow = true;
    requestAnimationFrame(() => {
      if (this.#awaitsFollow) this.#follow();
    });
  }

  #follow(): void {
    this.#awaitsFollow = false;
    const isShown = this.#unreadable === null;
    $('.tariff-calc-needs-tariff').toggle(isShown);
    $('#tariff-calc-unreadable').toggle(!isShown);
    if (isShown) this.#followVersion();
    // What comes from the environment is judged when the flow starts.
    const isJudged = !isFromEnvironment(this.savedText);
    this.#problems = isJudged ? readTariff(this.savedText).problems : [];
    $('#node-input-tariff').val(this.savedText);
    this.#sections[this.#tab]?.follow?.(this.#problems);
    markProblems($('#tariff-calc-panels'), this.#problems);
    this.#showOutcome();
  }

  #followVersion(): void {
    const field = $('#node-input-state');
    const shown = String(field.val());
    const saved = this.version.of(this.tariff, shown);
    this.tariff = withValueAt(this.tariff, ['version'], saved.version);
    const state = this.#state.follow(shown, saved.isNext);
    field.val(state);
    $('#tariff-calc-version').val(saved.version);
    $('#tariff-calc-version-tip').text(this.version.tipFor(saved, state));
  }

  #showOutcome(): void {
    const { text } = this;
    const line = $('#tariff-calc-outcome').empty();
    line.toggleClass('wk-form-bad', this.#problems.length > 0);
    if (this.#problems.length > 0) {
      this.#example.show(null);
      line.append($('<div>').text(this.#problems[0] ?? ''));
      const count = this.#problems.length - 1;
      if (count > 0) line.append($('<div>').text(text('tariff-calc.outcome.more-problems', { count })));
      return;
    }
    if (this.#unreadable !== null) {
      this.#example.show(null);
      line.text(text('tariff-calc.outcome.environment'));
      return;
    }
    const outcome = this.#example.outcome();
    this.#example.show(outcome);
    if ('reason' in outcome) line.text(outcome.reason);
    else line.text(text('tariff-calc.outcome.example', { kwh: outcome.kwh, total: outcome.bill.total }));
  }
}
