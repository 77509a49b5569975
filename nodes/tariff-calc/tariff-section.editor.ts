// The tab of the tariff itself: which one it is, where it holds, and how long its billing periods are.
import { placeText, valueAt } from '../lib/form/value-path';
import type { BillingRule } from '../lib/tariff/billing-period';
import {
  choiceInput,
  dateInput,
  iconButton,
  numberInput,
  optionalTextInput,
  row,
  textButton,
  textInput,
} from '../lib/form/form-fields.editor';
import type { OpenTariff, Section } from './open-tariff.editor';

const BILLING_KINDS = ['month', 'days', 'list'] as const;
const ZONES_ID = 'tariff-calc-zones';
const DAY_MS = 86_400_000;

export class TariffSection implements Section {
  constructor(
    private readonly open: OpenTariff,
    private readonly container: JQuery,
  ) {}

  build(): void {
    const { open, container } = this;
    const { text } = open;
    const zones = Intl.supportedValuesOf('timeZone').map((zone) => $('<option>').val(zone));
    container
      .empty()
      .append(
        row(text('tariff-calc.field.tariffId'), textInput(open, ['tariffId'])),
        row(text('tariff-calc.field.tariff-name'), optionalTextInput(open, ['name'])),
        row(text('tariff-calc.field.timeZone'), textInput(open, ['timeZone']).attr('list', ZONES_ID)),
        $('<datalist>').attr('id', ZONES_ID).append(zones),
        row(text('tariff-calc.field.billing'), this.#billingKind()),
        this.#billingFields(),
      );
  }

  #billingKind(): JQuery {
    const { open } = this;
    const options = BILLING_KINDS.map((value) => ({
      value,
      label: open.text(`tariff-calc.option.billing-${value}`),
    }));
    const place = placeText(['billing', 'kind']);
    return choiceInput(options, open.tariff.billing.kind, (kind) =>
      open.replace({ ...open.tariff, billing: newBilling(String(kind)) }, place),
    ).attr('data-place', place);
  }

  #billingFields(): JQuery {
    const { open } = this;
    const { text } = open;
    switch (open.tariff.billing.kind) {
      case 'month':
        return row(
          text('tariff-calc.field.anchorDay'),
          numberInput(open, ['billing', 'anchorDay'], 'whole'),
          text('tariff-calc.unit.anchor-day'),
        );
      case 'days':
        return $('<div>').append(
          row(text('tariff-calc.field.firstDate'), dateInput(open, ['billing', 'firstDate'])),
          row(
            text('tariff-calc.field.days'),
            numberInput(open, ['billing', 'days'], 'whole'),
            text('tariff-calc.unit.days'),
          ),
        );
      case 'list':
        return periodList(open);
    }
  }
}

/** A rule to start from. What is typed afterwards counts, so today is as good a day as any. */
function newBilling(kind: string): BillingRule {
  const today = dateText(Date.now());
  if (kind === 'days') return { kind, firstDate: today, days: 30 };
  if (kind !== 'list') return { kind: 'month', anchorDay: 1 };
  return { kind, periods: [{ fromDate: today, label: '' }], endDate: dateText(Date.now() + 30 * DAY_MS) };
}

function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

type GivenPeriods = Extract<BillingRule, { kind: 'list' }>['periods'];

/** Periods by name, for a calendar of which only the boundaries are known here. */
function periodList(open: OpenTariff): JQuery {
  const { text } = open;
  const path = ['billing', 'periods'];
  const periods = (): GivenPeriods => valueAt(open.tariff, path) as GivenPeriods;
  const replace = (list: GivenPeriods, focused: number): void => {
    open.set(path, list);
    open.replace(open.tariff, placeText([...path, focused, 'label']));
  };
  const labels = ['fromDate-period', 'period-label'].map((field) => text(`tariff-calc.field.${field}`));
  const body = $('<tbody>');
  periods().forEach((_, index) => {
    const from = dateInput(open, [...path, index, 'fromDate']).attr('aria-label', labels[0] ?? '');
    const label = textInput(open, [...path, index, 'label']).attr('aria-label', labels[1] ?? '');
    const others = (): GivenPeriods => periods().filter((__, at) => at !== index);
    const remove = iconButton('remove', text('tariff-calc.button.remove-billing-period'), () =>
      replace(others(), Math.max(0, index - 1)),
    ).prop('disabled', periods().length === 1);
    body.append($('<tr>').append([from, label, remove].map((cell) => $('<td>').append(cell))));
  });
  const head = [...labels, ''].map((label) => $('<th scope="col">').text(label));
  const add = textButton('plus', text('tariff-calc.button.add-billing-period'), () => {
    // A new period begins where the list ended so far, and its own end is still to be said.
    const fromDate = String(valueAt(open.tariff, ['billing', 'endDate']));
    replace([...periods(), { fromDate, label: '' }], periods().length);
  });
  const table = $('<table class="wk-form-table">').append($('<thead>').append($('<tr>').append(head)), body);
  const end = row(text('tariff-calc.field.endDate'), dateInput(open, ['billing', 'endDate']));
  return $('<div>').append(table, add, end);
}
