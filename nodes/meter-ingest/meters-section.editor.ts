// The tab of the meters: what an operator says about some of them, where their messages do not.
import { FoldingList, type FoldedItems } from '../lib/form/folding-list.editor';
import {
  choiceInput,
  plainNumberInput,
  row,
  textButton,
  textInput,
  type Option,
} from '../lib/form/form-fields.editor';
import { problemsWithin } from '../lib/form/problem-place';
import { readPlainNumber } from '../lib/form/plain-number';
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import { METER_CLASSES } from '../lib/meter/checks/meter-class';
import type { OpenIngest, Section } from './open-ingest.editor';

const CALIBRATION = ['voltCal', 'ampCal', 'phaseCal', 'supplyMv', 'bits'] as const;

export class MetersSection implements Section {
  readonly #list: FoldingList;
  #problems: readonly string[] = [];

  constructor(
    private readonly open: OpenIngest,
    private readonly container: JQuery,
  ) {
    this.#list = new FoldingList(this.#items());
    if (open.lists.meters.length === 1) this.#list.unfold(0);
  }

  build(): void {
    const { open, container } = this;
    container.empty();
    this.#list.build(container);
    const add = textButton('plus', open.text('meter-ingest.button.add-meters'), () => {
      const { meters } = open.lists;
      this.#list.unfold(meters.length);
      open.replace({ meters: [...meters, { meters: '' }] }, `meters[${meters.length}].meters`);
    }).attr('id', 'meter-ingest-add-meters');
    container.append($('<div class="wk-form-buttons">').append(add));
  }

  follow(problems: readonly string[]): void {
    this.#problems = problems;
    this.#list.follow(this.container);
  }

  #items(): FoldedItems {
    const { open } = this;
    const { text } = open;
    return {
      name: 'meters',
      count: () => open.lists.meters.length,
      buttons: (index) => {
        const values = { number: index + 1 };
        return {
          up: text('meter-ingest.button.row-up', values),
          down: text('meter-ingest.button.row-down', values),
          remove: text('meter-ingest.button.remove-row', values),
        };
      },
      kind: () => '',
      head: (index) => this.#head(index),
      body: (index) => this.#body(['meters', index]),
      reorder: (order, focusPlace) =>
        open.replace({ meters: order.map((index) => open.lists.meters[index]) }, focusPlace),
      remove: (index, focusPlace) =>
        open.replace({ meters: open.lists.meters.filter((_, at) => at !== index) }, focusPlace),
      rebuild: (focusPlace) => open.replace({}, focusPlace),
    };
  }

  /** A row in one line: which meters, and whatever is said of them. */
  #head(index: number): ReturnType<FoldedItems['head']> {
    const { open } = this;
    const { text } = open;
    const value = (...path: Path): unknown => valueAt(open.lists, ['meters', index, ...path]);
    const meters = value('meters');
    const said: string[] = [];
    const meterClass = value('meterClass');
    if (typeof meterClass === 'string') said.push(text(`meter-ingest.option.class-${meterClass}`));
    const mayExport = value('mayExport');
    if (typeof mayExport === 'boolean') said.push(text(`meter-ingest.option.feeds-in-${String(mayExport)}`));
    if (value('impPerKwh') !== undefined) said.push(`${String(value('impPerKwh'))} imp/kWh`);
    if (value('shuntOhm') !== undefined) said.push(`${String(value('shuntOhm'))} Ω`);
    const register = value('register');
    if (typeof register === 'string') said.push(text(`meter-ingest.option.register-${register}`));
    if (value('calibration') !== undefined) said.push(text('meter-ingest.label.calibration'));
    return {
      title: typeof meters === 'string' && meters !== '' ? meters : text('meter-ingest.label.no-numbers'),
      summary: said.join(' · '),
      problems: problemsWithin(this.#problems, placeText(['meters', index])),
    };
  }

  #body(path: Path): JQuery {
    const { open } = this;
    const { text } = open;
    const classes = Object.keys(METER_CLASSES).map((name) => ({
      value: name,
      label: text(`meter-ingest.option.class-${name}`),
    }));
    const registers = ['reported', 'integrated'].map((name) => ({
      value: name,
      label: text(`meter-ingest.option.register-${name}`),
    }));
    const feedsIn = ['true', 'false'].map((name) => ({
      value: name,
      label: text(`meter-ingest.option.feeds-in-${name}`),
    }));
    const asReadings = text('meter-ingest.option.as-readings');
    const asFound = text('meter-ingest.option.as-found');
    const meters = textInput(open, [...path, 'meters']);
    meters.attr('placeholder', text('meter-ingest.label.numbers-example'));
    return $('<div>').append(
      row(text('meter-ingest.label.numbers'), meters),
      row(
        text('meter-ingest.label.class'),
        this.#choice([...path, 'meterClass'], classes, asReadings, (v) => v),
      ),
      row(
        text('meter-ingest.label.feeds-in'),
        this.#choice([...path, 'mayExport'], feedsIn, asReadings, (v) => v === 'true'),
      ),
      row(text('meter-ingest.label.imp'), plainNumberInput(open, [...path, 'impPerKwh']), 'imp/kWh'),
      row(text('meter-ingest.label.shunt'), plainNumberInput(open, [...path, 'shuntOhm']), 'Ω'),
      row(
        text('meter-ingest.label.register'),
        this.#choice([...path, 'register'], registers, asFound, (v) => v),
      ),
      this.#calibration([...path, 'calibration']),
    );
  }

  /** A choice whose first option says nothing, so that the field is not there. */
  #choice(
    path: Path,
    options: readonly Option[],
    unsaid: string,
    read: (value: string) => string | boolean,
  ): JQuery {
    const { open } = this;
    const input = choiceInput(
      [{ value: '', label: unsaid }, ...options],
      valueAt(open.lists, path) ?? '',
      (value) => open.set(path, value === '' ? undefined : read(String(value))),
    );
    return input.attr('data-place', placeText(path));
  }

  /** The constants of a front end that sends raw samples; few meters need them, so they stay folded. */
  #calibration(path: Path): JQuery {
    const { open } = this;
    const { text } = open;
    const known = valueAt(open.lists, path);
    const set = (key: string, typed: number | string | undefined): void => {
      const before = valueAt(open.lists, path);
      const entries = Object.entries({ ...(typeof before === 'object' ? before : {}), [key]: typed });
      const left = entries.filter(([, value]) => value !== undefined);
      open.set(path, left.length === 0 ? undefined : Object.fromEntries(left));
    };
    const rows = CALIBRATION.map((key) => {
      const input = textInput(open, [...path, key], (typed) => set(key, readPlainNumber(typed)));
      return row(text(`meter-ingest.calibration.${key}`), input.addClass('wk-form-number'));
    });
    return $('<details>')
      .prop('open', known !== undefined)
      .append(
        $('<summary>').text(text('meter-ingest.label.calibration')),
        $('<div class="wk-form-hint">').text(text('meter-ingest.tip.calibration')),
        rows,
      );
  }
}
