// A message to try: what the node would read from it with the profiles as they stand, and without any.
import { row } from '../lib/form/form-fields.editor';
import { tryPayload, type Sample, type Trial } from '../lib/form/payload-trial';
import type { OpenIngest } from './open-ingest.editor';

export class TrialSection {
  readonly #withProfiles = $('<div role="status" id="meter-ingest-read">');
  readonly #withoutProfiles = $('<div role="status" id="meter-ingest-read-plain">');

  constructor(
    private readonly open: OpenIngest,
    private readonly onSample: (sample: Sample) => void,
  ) {}

  build(): JQuery {
    const { open } = this;
    const { text } = open;
    const topic = $('<input type="text" id="meter-ingest-sample-topic" spellcheck="false">').val(
      open.sample.topic,
    );
    const payload = $(
      '<textarea rows="6" id="meter-ingest-sample-payload" class="wk-form-json" spellcheck="false">',
    ).val(open.sample.payload);
    topic.attr('placeholder', 'plant/7/data');
    payload.attr('placeholder', '{"energy": 1234.5}');
    const typed = (): void => this.onSample({ topic: String(topic.val()), payload: String(payload.val()) });
    topic.on('input', typed);
    payload.on('input', typed);
    return $('<fieldset class="meter-ingest-trial">').append(
      $('<legend>').text(text('meter-ingest.label.trial')),
      $('<div class="wk-form-hint">').text(text('meter-ingest.tip.trial')),
      row(text('meter-ingest.label.sample-topic'), topic),
      row(text('meter-ingest.label.sample-payload'), payload),
      $('<h4>').text(text('meter-ingest.label.read')),
      this.#withProfiles,
      $('<h4>').text(text('meter-ingest.label.read-plain')),
      this.#withoutProfiles,
    );
  }

  follow(): void {
    const { sample, lists } = this.open;
    if (sample.payload.trim() === '') {
      for (const box of [this.#withProfiles, this.#withoutProfiles])
        box.text(this.open.text('meter-ingest.trial.nothing'));
      return;
    }
    const nowMs = Date.now();
    this.#show(this.#withProfiles, tryPayload(sample, lists.meters, lists.profiles, nowMs), true);
    this.#show(this.#withoutProfiles, tryPayload(sample, lists.meters, [], nowMs), false);
  }

  #show(box: JQuery, trial: Trial, hasProfiles: boolean): void {
    const { text } = this.open;
    const { shape, isProfile, meters, refused, events, noted } = trial;
    box
      .empty()
      .append(
        $('<div>').text(text(`meter-ingest.trial.${isProfile ? 'by-profile' : 'by-shape'}`, { shape })),
      );
    // Its profile was meant to read it: the topic or the value to match is another one.
    if (hasProfiles && !isProfile && this.open.lists.profiles.length > 0)
      box.append($('<div class="wk-form-problems">').text(text('meter-ingest.trial.no-profile')));
    box.append(meters.map((meter) => this.#meter(meter)));
    box.append(refused.map((problem) => $('<div class="wk-form-problems">').text(problem)));
    box.append(events.map((event) => $('<div>').text(event)));
    if (meters.length === 0 && refused.length === 0 && noted > 0)
      box.append($('<div>').text(text('meter-ingest.trial.noted')));
  }

  #meter({ meterId, isReading, lines }: Trial['meters'][number]): JQuery {
    const { text } = this.open;
    const rows = lines.map(({ field, value }) =>
      $('<tr>').append($('<th scope="row">').text(field), $('<td>').text(value)),
    );
    const table = $('<table class="wk-form-table meter-ingest-values">').append(
      $('<caption>').text(text(`meter-ingest.trial.${isReading ? 'reading' : 'live'}`, { meterId })),
      $('<tbody>').append(rows),
    );
    return table;
  }
}
