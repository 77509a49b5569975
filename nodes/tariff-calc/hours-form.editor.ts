// Time of use: the periods, which are the paints, and a week to paint for each season.
import { withoutHourlyPeriod } from '../lib/form/tariff-edit';
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import type { HourlyRates } from '../lib/tariff/tariff';
import { MAX_TIME_OF_USE_PERIODS } from '../lib/tariff/tariff-limits';
import {
  choiceInput,
  iconButton,
  numberInput,
  row,
  textButton,
  textInput,
} from '../lib/form/form-fields.editor';
import { hourGrid, PERIOD_COLOURS } from './hour-grid.editor';
import type { OpenTariff } from './open-tariff.editor';

/** `path` leads to what has the periods and grids. */
export function hoursForm(open: OpenTariff, path: Path): JQuery {
  const { text } = open;
  const rates = valueAt(open.tariff, path) as HourlyRates;
  const brush = { period: Math.min(1, rates.periods.length - 1) };
  const form = $('<div class="tariff-calc-hours">');
  const periods = $('<div role="radiogroup">').attr('aria-label', text('tariff-calc.field.periods'));
  rates.periods.forEach((_, index) => periods.append(periodRow(open, path, index, brush)));
  const add = textButton('plus', text('tariff-calc.button.add-period'), () => addPeriod(open, path));
  add.prop('disabled', rates.periods.length >= MAX_TIME_OF_USE_PERIODS);
  const week = $('<div>');
  const showSeason = (season: number): void => {
    week.empty();
    // A tariff with fewer grids than seasons is found fault with elsewhere; here is nothing to paint then.
    if (rates.grids[season]) week.append(hourGrid(open, [...path, 'grids', season], brush));
  };
  form.append(periods, add, $('<div class="wk-form-hint">').text(text('tariff-calc.tip.painting')));
  if (open.tariff.seasons.length > 0) {
    const seasons = open.tariff.seasons.map(({ name }, value) => ({ value, label: name }));
    form.append(
      row(
        text('tariff-calc.field.season'),
        choiceInput(seasons, 0, (value) => showSeason(Number(value))),
      ),
    );
  }
  showSeason(0);
  return form.append(week);
}

function periodRow(open: OpenTariff, path: Path, index: number, brush: { period: number }): JQuery {
  const { text } = open;
  const at = [...path, 'periods', index];
  const number = String(index + 1);
  const radio = $('<input type="radio">')
    .attr({ name: placeText(path), 'aria-label': text('tariff-calc.button.paint', { number }) })
    .prop('checked', brush.period === index)
    .on('change', () => (brush.period = index));
  const swatch = $('<span class="tariff-calc-swatch" aria-hidden="true">')
    .css('background', PERIOD_COLOURS[index] ?? '')
    .text(number)
    .on('click', () => radio.prop('checked', true).trigger('change'));
  const name = textInput(open, [...at, 'name']).attr('aria-label', text('tariff-calc.field.period-name'));
  const rate = numberInput(open, [...at, 'rateMicrosPerKwh'], 'amount');
  rate.attr('aria-label', text('tariff-calc.field.rateMicrosPerKwh'));
  const remove = iconButton('remove', text('tariff-calc.button.remove-period', { number }), () => {
    const rates = valueAt(open.tariff, path) as HourlyRates;
    open.set(path, withoutHourlyPeriod(rates, index));
    open.replace(open.tariff, placeText([...path, 'periods', Math.max(0, index - 1), 'name']));
  }).prop('disabled', (valueAt(open.tariff, path) as HourlyRates).periods.length === 1);
  const unit = $('<span class="wk-form-unit">').text(text('tariff-calc.unit.per-kwh'));
  return $('<div class="tariff-calc-period">').append(radio, swatch, name, rate, unit, remove);
}

function addPeriod(open: OpenTariff, path: Path): void {
  const { periods } = valueAt(open.tariff, path) as HourlyRates;
  const name = String(periods.length + 1);
  open.set([...path, 'periods'], [...periods, { name, rateMicrosPerKwh: 0 }]);
  open.replace(open.tariff, placeText([...path, 'periods', periods.length, 'name']));
}
