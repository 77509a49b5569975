// What a two-way meter gets for what it gives: paid at a rate, or banked against later use.
import { isEnergyKind } from '../lib/tariff/check-component';
import { newHourlyRates } from '../lib/form/tariff-edit';
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import type { BankedExport, ExportCredit, ExportPrice, PaidExport, Tariff } from '../lib/tariff/tariff';
import { choiceInput, numberInput, row } from '../lib/form/form-fields.editor';
import { hoursForm } from './hours-form.editor';
import type { OpenTariff } from './open-tariff.editor';
import { referencesForm } from './references-form.editor';

const SETTLEMENTS = ['paid', 'banked'] as const;
const PRICES = ['own', 'same', 'timeOfUse'] as const;
const LEFTOVERS = ['kept', 'paid-out'] as const;

/** `path` leads to the component. */
export function exportForm(open: OpenTariff, path: Path): JQuery {
  const credit = valueAt(open.tariff, path) as ExportCredit;
  const settle = choice(open, 'settle', SETTLEMENTS, credit.settle, (settlement) => {
    const { id, label } = credit;
    const named = { kind: 'exportCredit', id, ...(label === undefined ? {} : { label }) } as const;
    open.set(path, settlement === 'paid' ? paid(named) : banked(named, open.tariff));
    open.replace(open.tariff, placeText([...path, 'settle']));
  });
  settle.find('select').attr('data-place', placeText([...path, 'settle']));
  return $('<div>').append(settle, credit.settle === 'paid' ? paidForm(open, path) : bankedForm(open, path));
}

type Named = Pick<PaidExport, 'kind' | 'id' | 'label'>;

function paid(named: Named): PaidExport {
  return { ...named, settle: 'paid', price: { kind: 'own', rateMicrosPerKwh: 0 } };
}

function banked(named: Named, tariff: Tariff): BankedExport {
  return { ...named, settle: 'banked', of: energyIds(tariff), leftoverMicrosPerKwh: null };
}

function energyIds({ components }: Tariff): string[] {
  return components.filter(({ kind }) => isEnergyKind(kind)).map(({ id }) => id);
}

function choice<T extends string>(
  { text }: OpenTariff,
  field: string,
  values: readonly T[],
  chosen: T,
  onChosen: (value: T) => void,
): JQuery {
  const options = values.map((value) => ({ value, label: text(`tariff-calc.option.${field}-${value}`) }));
  const input = choiceInput(options, chosen, (value) => onChosen(value as T));
  return row(text(`tariff-calc.field.${field}`), input);
}

function paidForm(open: OpenTariff, path: Path): JQuery {
  const at = [...path, 'price'];
  const price = valueAt(open.tariff, at) as ExportPrice;
  const newPrice = (kind: ExportPrice['kind']): ExportPrice => {
    if (kind === 'own') return { kind, rateMicrosPerKwh: 0 };
    if (kind === 'same') return { kind, as: energyIds(open.tariff)[0] ?? '' };
    return { kind, ...newHourlyRates(open.tariff.seasons.length) };
  };
  const kind = choice(open, 'price', PRICES, price.kind, (chosen) => {
    open.set(at, newPrice(chosen));
    open.replace(open.tariff, placeText([...at, 'kind']));
  });
  kind.find('select').attr('data-place', placeText([...at, 'kind']));
  return $('<div>').append(kind, priceForm(open, at, price));
}

function priceForm(open: OpenTariff, at: Path, price: ExportPrice): JQuery {
  const { text } = open;
  if (price.kind === 'timeOfUse') return hoursForm(open, at);
  if (price.kind === 'own') {
    const rate = numberInput(open, [...at, 'rateMicrosPerKwh'], 'amount');
    return row(text('tariff-calc.field.rateMicrosPerKwh'), rate);
  }
  const ids = energyIds(open.tariff);
  // A component that is gone is still shown, so that what is wrong can be seen.
  const known = ids.includes(price.as) ? ids : [...ids, price.as];
  const options = known.map((label, value) => ({ value, label }));
  const input = choiceInput(options, known.indexOf(price.as), (place) => {
    // The ids of now: a component may have got another one while this form is open.
    open.set([...at, 'as'], energyIds(open.tariff)[Number(place)] ?? price.as);
  });
  return row(text('tariff-calc.field.as'), input.attr('data-place', placeText([...at, 'as'])));
}

function bankedForm(open: OpenTariff, path: Path): JQuery {
  const { text } = open;
  const at = [...path, 'leftoverMicrosPerKwh'];
  const isKept = valueAt(open.tariff, at) === null;
  const leftover = choice(open, 'leftover', LEFTOVERS, isKept ? 'kept' : 'paid-out', (chosen) => {
    open.set(at, chosen === 'kept' ? null : 0);
    open.replace(open.tariff, placeText(at));
  });
  const form = $('<div>').append(leftover);
  if (isKept) leftover.find('select').attr('data-place', placeText(at));
  else {
    const rate = numberInput(open, at, 'amount');
    form.append(row(text('tariff-calc.field.leftover-rate'), rate, text('tariff-calc.unit.per-kwh')));
  }
  return form.append(referencesForm(open, path, 'energy'));
}
