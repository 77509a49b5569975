// The tab of the profiles: ways to read payloads, a message to try them on, and files to bring and take away.
import { FoldingList, type FoldedItems } from '../lib/form/folding-list.editor';
import { textButton } from '../lib/form/form-fields.editor';
import { profileProblems } from '../lib/form/ingest-problems';
import type { Sample } from '../lib/form/payload-trial';
import { fieldsOf, newProfile, type DraftProfile } from '../lib/form/profile-fields';
import { isObject } from '../lib/meter/shapes/statement';
import type { OpenIngest, Section } from './open-ingest.editor';
import { followPaths, profileForm } from './profile-form.editor';
import { downloadProfile, profileImport } from './profile-files.editor';
import { TrialSection } from './trial-section.editor';

export class ProfilesSection implements Section {
  readonly #list: FoldingList;
  readonly #trial: TrialSection;

  constructor(
    private readonly open: OpenIngest,
    private readonly container: JQuery,
    onSample: (sample: Sample) => void,
  ) {
    this.#list = new FoldingList(this.#items());
    this.#trial = new TrialSection(open, onSample);
    if (open.lists.profiles.length === 1) this.#list.unfold(0);
  }

  build(): void {
    const { open, container } = this;
    const { text } = open;
    container.empty().append($('<div class="wk-form-hint">').text(text('meter-ingest.tip.profiles')));
    this.#list.build(container);
    const add = textButton('plus', text('meter-ingest.button.add-profile'), () =>
      this.#add(newProfile(open.lists.profiles)),
    ).attr('id', 'meter-ingest-add-profile');
    container.append(
      $('<div class="wk-form-buttons">').append(add),
      profileImport(text, (profile) => this.#add(profile)),
      this.#trial.build(),
    );
  }

  follow(): void {
    this.#list.follow(this.container);
    followPaths(this.container, this.open);
    this.#trial.follow();
  }

  #add(profile: unknown): void {
    const { open } = this;
    const { profiles } = open.lists;
    this.#list.unfold(profiles.length);
    open.replace({ profiles: [...profiles, profile] }, `profiles[${profiles.length}].name`);
  }

  #items(): FoldedItems {
    const { open } = this;
    const { text } = open;
    return {
      name: 'profile',
      count: () => open.lists.profiles.length,
      buttons: (index) => {
        const values = { number: index + 1 };
        return {
          up: text('meter-ingest.button.profile-up', values),
          down: text('meter-ingest.button.profile-down', values),
          remove: text('meter-ingest.button.remove-profile', values),
        };
      },
      kind: () => '',
      head: (index) => headOf(open.lists.profiles[index]),
      body: (index) => this.#body(index),
      reorder: (order, focusPlace) =>
        open.replace({ profiles: order.map((index) => open.lists.profiles[index]) }, focusPlace),
      remove: (index, focusPlace) =>
        open.replace({ profiles: open.lists.profiles.filter((_, at) => at !== index) }, focusPlace),
      rebuild: (focusPlace) => open.replace({}, focusPlace),
    };
  }

  #body(index: number): JQuery {
    const { open } = this;
    const profile = open.lists.profiles[index];
    // Somebody else's hand wrote something here that is no profile: it is shown, and can only be taken away.
    if (!isObject(profile)) return $('<pre>').text(JSON.stringify(profile));
    const download = textButton('download', open.text('meter-ingest.button.download'), () =>
      downloadProfile(open.lists.profiles[index]),
    );
    return profileForm(open, index).append($('<div class="wk-form-buttons">').append(download));
  }
}

function headOf(profile: unknown): ReturnType<FoldedItems['head']> {
  const draft: DraftProfile = isObject(profile) ? profile : {};
  const { name, topic } = draft;
  const fields = fieldsOf(draft).map(({ field }) => String(field));
  if (draft['pulses'] !== undefined) fields.push('pulses');
  return {
    title: typeof name === 'string' ? name : '—',
    summary: `${typeof topic === 'string' ? topic : '—'} → ${fields.join(', ')}`,
    problems: profileProblems(profile),
  };
}
