// The tab of the calendar: seasons, each with a week of its own to paint, and holidays, which have a row in each.
import { withoutSeason, withSeason } from '../lib/form/tariff-edit';
import { readList } from '../lib/form/tariff-fields';
import { placeText } from '../lib/form/value-path';
import { MAX_SEASONS } from '../lib/tariff/tariff-limits';
import { iconButton, row, textButton, textInput } from '../lib/form/form-fields.editor';
import type { OpenTariff, Section } from './open-tariff.editor';

export class CalendarSection implements Section {
  constructor(
    private readonly open: OpenTariff,
    private readonly container: JQuery,
  ) {}

  build(): void {
    const { text, tariff } = this.open;
    const seasons = tariff.seasons.map((_, index) => this.#seasonRow(index));
    const head = ['season-name', 'season-from', ''].map((field) =>
      $('<th scope="col">').text(field === '' ? '' : text(`tariff-calc.field.${field}`)),
    );
    const table = $('<table class="wk-form-table">').append(
      $('<caption>').text(text('tariff-calc.field.seasons')),
      $('<thead>').append($('<tr>').append(head)),
      $('<tbody>').append(seasons),
    );
    const add = textButton('plus', text('tariff-calc.button.add-season'), () => {
      const index = this.open.tariff.seasons.length;
      const added = withSeason(this.open.tariff, { name: '', from: index === 0 ? '01-01' : '' });
      this.open.replace(added, placeText(['seasons', index, 'name']));
    }).prop('disabled', tariff.seasons.length >= MAX_SEASONS);
    const hint = $('<div class="wk-form-hint">').text(text('tariff-calc.tip.seasons'));
    this.container.empty().append(table.toggle(seasons.length > 0), add, hint, this.#holidays());
  }

  #seasonRow(index: number): JQuery {
    const { open } = this;
    const { text } = open;
    const name = textInput(open, ['seasons', index, 'name']).attr(
      'aria-label',
      text('tariff-calc.field.season-name'),
    );
    const from = textInput(open, ['seasons', index, 'from']).attr({
      'aria-label': text('tariff-calc.field.season-from'),
      placeholder: text('tariff-calc.tip.season-from'),
    });
    const remove = iconButton('remove', text('tariff-calc.button.remove-season'), () =>
      open.replace(withoutSeason(open.tariff, index), placeText(['seasons', Math.max(0, index - 1), 'name'])),
    );
    return $('<tr>').append([name, from, remove].map((cell) => $('<td>').append(cell)));
  }

  #holidays(): JQuery {
    const { open } = this;
    const place = placeText(['holidays']);
    const input = $('<textarea rows="6" spellcheck="false">')
      .attr('data-place', place)
      .val(open.tariff.holidays.join('\n'))
      .on('input', () => open.set(['holidays'], readList(String(input.val()))));
    const hint = $('<div class="wk-form-hint">').text(open.text('tariff-calc.tip.holidays'));
    return $('<div>').append(row(open.text('tariff-calc.field.holidays'), input), hint);
  }
}
