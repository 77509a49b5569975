// Surcharge and rebate by power factor, as a table.
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import type { PowerFactor } from '../lib/tariff/tariff';
import { iconButton, numberInput, textButton } from '../lib/form/form-fields.editor';
import type { OpenTariff } from './open-tariff.editor';

type FactorTable = PowerFactor['table'];

/** `path` leads to the table. */
export function factorsForm(open: OpenTariff, path: Path): JQuery {
  const { text } = open;
  const rows = (): FactorTable => valueAt(open.tariff, path) as FactorTable;
  const replace = (table: FactorTable, focused: number): void => {
    open.set(path, table);
    open.replace(open.tariff, placeText([...path, focused, 'fromThousandths']));
  };
  const labels = ['fromThousandths', 'factor-ppm'].map((field) => text(`tariff-calc.field.${field}`));
  const body = $('<tbody>');
  rows().forEach((_, index) => {
    const from = numberInput(open, [...path, index, 'fromThousandths'], 'thousandth');
    const percent = numberInput(open, [...path, index, 'ppm'], 'percent');
    const remove = iconButton('remove', text('tariff-calc.button.remove-factor'), () =>
      replace(
        rows().filter((__, at) => at !== index),
        Math.max(0, index - 1),
      ),
    ).prop('disabled', rows().length === 1);
    const cells = [
      from.attr('aria-label', labels[0] ?? ''),
      percent.attr('aria-label', labels[1] ?? ''),
      remove,
    ];
    body.append($('<tr>').append(cells.map((cell) => $('<td>').append(cell))));
  });
  const head = [...labels, ''].map((label) => $('<th scope="col">').text(label));
  const add = textButton('plus', text('tariff-calc.button.add-factor'), () =>
    replace([...rows(), { fromThousandths: 1_000, ppm: 0 }], rows().length),
  );
  const hint = $('<div class="wk-form-hint">').text(text('tariff-calc.tip.factors'));
  const table = $('<table class="wk-form-table">').append($('<thead>').append($('<tr>').append(head)), body);
  return $('<div>').append(table, add, hint);
}
