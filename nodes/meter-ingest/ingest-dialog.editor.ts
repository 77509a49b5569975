// The open dialog: holds the lists of meters and profiles, and tells its sections what has changed.
import { dialogTabs } from '../lib/form/dialog-tabs.editor';
import { markProblems, type Translate } from '../lib/form/form-fields.editor';
import { styleDialog } from '../lib/form/form-style.editor';
import { meterProblems, placedProfileProblems } from '../lib/form/ingest-problems';
import type { Sample } from '../lib/form/payload-trial';
import { withValueAt, type Path } from '../lib/form/value-path';
import { MetersSection } from './meters-section.editor';
import type { IngestLists, OpenIngest, Section } from './open-ingest.editor';
import { ProfilesSection } from './profiles-section.editor';

const TABS = ['readings', 'meters', 'profiles'] as const;

export class IngestDialog implements OpenIngest {
  lists: IngestLists;
  sample: Sample = { topic: '', payload: '' };
  #awaitsFollow = false;
  #tab = 'readings';
  readonly #sections: Record<string, Section>;

  constructor(
    readonly text: Translate,
    private readonly stored: IngestLists,
  ) {
    this.lists = stored;
    this.#sections = {
      meters: new MetersSection(this, $('#meter-ingest-meters')),
      profiles: new ProfilesSection(this, $('#meter-ingest-profiles'), (sample) => {
        this.sample = sample;
        this.follow();
      }),
    };
    styleDialog();
    const tabs = TABS.map((name) => ({ name, label: text(`meter-ingest.tab.${name}`) }));
    dialogTabs('meter-ingest', tabs, (tab) => {
      this.#tab = tab;
      this.#build();
    });
  }

  get whole(): IngestLists {
    return this.lists;
  }

  /** The lists that are other ones now, so that a node that was only looked at stays as it is. */
  get changes(): Partial<IngestLists> {
    const entries = Object.entries(this.lists) as [keyof IngestLists, readonly unknown[]][];
    return Object.fromEntries(
      entries.filter(([name, list]) => JSON.stringify(list) !== JSON.stringify(this.stored[name])),
    );
  }

  set(path: Path, value: unknown): void {
    this.lists = withValueAt(this.lists, path, value);
    this.follow();
  }

  replace(lists: Partial<IngestLists>, focusPlace?: string): void {
    this.lists = { ...this.lists, ...lists };
    this.#build(focusPlace);
  }

  /** Once for however many changes there are before the next picture. */
  follow(): void {
    if (this.#awaitsFollow) return;
    this.#awaitsFollow = true;
    requestAnimationFrame(() => this.#follow());
  }

  /** Shows the chosen section anew. The others are built when they are chosen. */
  #build(focusPlace?: string): void {
    const panel = $(`#meter-ingest-tab-${this.#tab}`);
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

  #follow(): void {
    this.#awaitsFollow = false;
    const { meters, profiles } = this.lists;
    const problems = [...meterProblems(meters), ...placedProfileProblems(profiles)];
    this.#sections[this.#tab]?.follow(problems);
    markProblems($('#meter-ingest-panels'), problems);
    const line = $('#meter-ingest-outcome').empty();
    line.toggleClass('wk-form-bad', problems.length > 0);
    const [first, ...others] = problems;
    const values = { meters: meters.length, profiles: profiles.length };
    if (first === undefined) line.text(this.text('meter-ingest.outcome.good', values));
    else line.append($('<div>').text(first));
    const count = others.length;
    if (count > 0) line.append($('<div>').text(this.text('meter-ingest.outcome.more-problems', { count })));
  }
}
