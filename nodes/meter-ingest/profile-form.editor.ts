// The form of one profile: which messages it reads, whose they are, and what their fields mean.
import {
  choiceInput,
  flagRow,
  iconButton,
  optionalTextInput,
  plainNumberInput,
  row,
  textButton,
  textInput,
} from '../lib/form/form-fields.editor';
import { listPathsIn, pathsIn } from '../lib/form/json-paths';
import {
  asField,
  fieldsOf,
  meterIdSource,
  newMeterId,
  READING_FIELDS,
  readMatch,
  showMatch,
  unitsFor,
  withField,
  withoutField,
  type DraftProfile,
  type MeterIdSource,
} from '../lib/form/profile-fields';
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import { parseJsonPath, valueAt as jsonAt } from '../lib/meter/shapes/json-path';
import { isObject } from '../lib/meter/shapes/statement';
import type { OpenIngest } from './open-ingest.editor';

const METER_ID_SOURCES: readonly MeterIdSource[] = ['topic', 'level', 'path'];
const pathsId = (index: number): string => `meter-ingest-paths-${index}`;
const listsId = (index: number): string => `meter-ingest-lists-${index}`;

/** One profile in the open dialog. */
class ProfileForm {
  constructor(
    private readonly open: OpenIngest,
    private readonly index: number,
  ) {}

  get #profile(): DraftProfile {
    const profile = this.open.lists.profiles[this.index];
    return isObject(profile) ? profile : {};
  }

  #path(...steps: Path): Path {
    return ['profiles', this.index, ...steps];
  }

  /** Another profile in the place of this one, whose fields are other ones now. */
  #become(profile: DraftProfile, focus: Path): void {
    const profiles = this.open.lists.profiles.map((old, at) => (at === this.index ? profile : old));
    this.open.replace({ profiles }, placeText(this.#path(...focus)));
  }

  build(): JQuery {
    const { open } = this;
    const { text } = open;
    const register = choiceInput(
      [
        { value: '', label: text('meter-ingest.option.as-found') },
        { value: 'reported', label: text('meter-ingest.option.register-reported') },
        { value: 'integrated', label: text('meter-ingest.option.register-integrated') },
      ],
      this.#profile['register'] ?? '',
      (value) => open.set(this.#path('register'), value === '' ? undefined : value),
    ).attr('data-place', placeText(this.#path('register')));
    return $('<div>').append(
      row(text('meter-ingest.label.profile-name'), textInput(open, this.#path('name'))),
      row(text('meter-ingest.label.topic'), textInput(open, this.#path('topic'))),
      this.#meterId(),
      this.#fields(),
      this.#pulses(),
      row(text('meter-ingest.label.list'), this.#jsonPath(['list'], listsId(this.index))),
      row(text('meter-ingest.label.time'), this.#jsonPath(['time'])),
      this.#match(),
      row(text('meter-ingest.label.register'), register),
      flagRow(open, this.#path('decimalComma'), text('meter-ingest.label.decimal-comma')),
      flagRow(open, this.#path('partial'), text('meter-ingest.label.partial')),
      row(text('meter-ingest.label.about'), optionalTextInput(open, this.#path('about'))),
      $('<datalist>').attr('id', pathsId(this.index)),
      $('<datalist>').attr('id', listsId(this.index)),
    );
  }

  /** A path that is left empty is not there. */
  #jsonPath(steps: Path, listId = pathsId(this.index)): JQuery {
    return optionalTextInput(this.open, this.#path(...steps)).attr({
      list: listId,
      placeholder: this.open.text('meter-ingest.label.path-example'),
    });
  }

  #meterId(): JQuery {
    const { open } = this;
    const { text } = open;
    const source = meterIdSource(this.#profile);
    const options = METER_ID_SOURCES.map((value) => ({
      value,
      label: text(`meter-ingest.option.meter-id-${value}`),
    }));
    const menu = choiceInput(options, source, (value) => {
      const chosen = METER_ID_SOURCES.find((known) => known === value) ?? 'topic';
      const changed = { ...this.#profile, meterId: newMeterId(chosen) };
      if (changed.meterId === undefined) delete changed.meterId;
      this.#become(changed, ['meterId']);
    }).attr('data-focus', placeText(this.#path('meterId')));
    const line = row(text('meter-ingest.label.meter-id'), menu);
    if (source === 'topic') return line;
    const input =
      source === 'level'
        ? plainNumberInput(open, this.#path('meterId', 'topicLevel'))
        : this.#jsonPath(['meterId', 'path']);
    const label = text(`meter-ingest.label.meter-id-${source}`);
    line.find('.wk-form-cell').append(input.attr('aria-label', label));
    return line;
  }

  #fields(): JQuery {
    const { text } = this.open;
    const heads = ['field', 'path', 'unit', 'scale', 'sign'].map((name) =>
      $('<th scope="col">').text(text(`meter-ingest.label.column-${name}`)),
    );
    const rows = fieldsOf(this.#profile).map((item, at) => this.#field(item, at));
    const table = $('<table class="wk-form-table meter-ingest-fields">').append(
      $('<caption>').text(text('meter-ingest.label.fields')),
      $('<thead>').append($('<tr>').append(heads, $('<td>'))),
      $('<tbody>').append(rows),
    );
    const add = textButton('plus', text('meter-ingest.button.add-field'), () => {
      const more = withField(this.#profile);
      this.#become(more, ['fields', fieldsOf(more).length - 1, 'path']);
    });
    return $('<div class="meter-ingest-wide">').append(table, add);
  }

  #field(item: Record<string, unknown>, at: number): JQuery {
    const { open } = this;
    const { text } = open;
    const place = (name: string): Path => this.#path('fields', at, name);
    const named = (input: JQuery, column: string): JQuery =>
      input.attr('aria-label', text(`meter-ingest.label.column-${column}`));
    const names = READING_FIELDS.map((value) => ({ value, label: text(`meter-ingest.reading.${value}`) }));
    const field = choiceInput(names, item['field'], (name) => {
      const fields = fieldsOf(this.#profile).map((old, index) =>
        index === at ? asField(old, String(name)) : old,
      );
      this.#become({ ...this.#profile, fields }, ['fields', at, 'field']);
    }).attr('data-place', placeText(place('field')));
    const unitsId = `meter-ingest-units-${this.index}-${at}`;
    const units = unitsFor(item['field']).map((unit) => $('<option>').val(unit));
    const path = textInput(open, place('path')).attr('list', pathsId(this.index));
    const sign = choiceInput(
      [
        { value: 1, label: '+' },
        { value: -1, label: '−' },
      ],
      item['sign'] ?? 1,
      (value) => open.set(place('sign'), value === 1 ? undefined : value),
    ).attr('data-place', placeText(place('sign')));
    const remove = iconButton('trash-o', text('meter-ingest.button.remove-field', { number: at + 1 }), () =>
      this.#become(withoutField(this.#profile, at), ['fields', Math.max(0, at - 1), 'path']),
    );
    const cells = [
      named(field, 'field'),
      named(path, 'path'),
      named(textInput(open, place('unit')).attr('list', unitsId), 'unit'),
      named(optionalTextInput(open, place('scale')).attr('placeholder', '1'), 'scale'),
      named(sign, 'sign'),
      remove,
    ].map((input) => $('<td>').append(input));
    return $('<tr>').append(cells, $('<datalist>').attr('id', unitsId).append(units));
  }

  #pulses(): JQuery {
    const { open } = this;
    const { text } = open;
    const path = optionalTextInput(open, this.#path('pulses', 'path'));
    path.attr({ list: pathsId(this.index), placeholder: text('meter-ingest.label.path-example') });
    // Without a path there is no count, and a profile with fields needs none.
    path.on('input', () => {
      if (path.val() === '') this.open.set(this.#path('pulses'), undefined);
    });
    const line = row(text('meter-ingest.label.pulses'), path, 'imp/kWh');
    const constant = plainNumberInput(open, this.#path('pulses', 'impPerKwh'));
    constant.attr('aria-label', text('meter-ingest.label.imp'));
    line.find('.wk-form-unit').before(constant);
    return line;
  }

  #match(): JQuery {
    const { open } = this;
    const { text } = open;
    const path = this.#jsonPath(['match', 'path']);
    const equals = textInput(open, this.#path('match', 'equals'), (typed) =>
      open.set(this.#path('match', 'equals'), typed === '' ? undefined : readMatch(typed)),
    ).val(showMatch(valueAt(open.lists, this.#path('match', 'equals'))));
    equals.attr('aria-label', text('meter-ingest.label.match-equals'));
    // Nothing to compare: no match at all, and every payload is meant.
    for (const input of [path, equals])
      input.on('input', () => {
        if (path.val() === '' && equals.val() === '') open.set(this.#path('match'), undefined);
      });
    const line = row(text('meter-ingest.label.match'), path, '');
    line.find('.wk-form-unit').before($('<span>').text('='), equals);
    return line;
  }
}

export function profileForm(open: OpenIngest, index: number): JQuery {
  return new ProfileForm(open, index).build();
}

/** Offers the paths of the pasted message wherever a path is typed. */
export function followPaths(container: JQuery, { lists, sample }: OpenIngest): void {
  const message = jsonOf(sample.payload);
  for (const [index, profile] of lists.profiles.entries()) {
    const list = isObject(profile) && typeof profile['list'] === 'string' ? profile['list'] : '';
    const steps = list === '' ? null : parseJsonPath(list);
    const items = steps ? jsonAt(message, steps) : undefined;
    offer(container.find(`#${pathsId(index)}`), pathsIn(Array.isArray(items) ? items[0] : message));
    offer(container.find(`#${listsId(index)}`), listPathsIn(message));
  }
}

/** Only when they are other ones: a list that is filled anew closes under the eyes of who reads it. */
function offer(datalist: JQuery, paths: readonly string[]): void {
  const text = paths.join('\n');
  if (datalist.data('paths') === text) return;
  datalist
    .data('paths', text)
    .empty()
    .append(paths.map((path) => $('<option>').val(path)));
}

function jsonOf(payload: string): unknown {
  try {
    return JSON.parse(payload) as unknown;
  } catch {
    return undefined;
  }
}
