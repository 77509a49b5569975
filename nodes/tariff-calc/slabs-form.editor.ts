// Slabs as a table: from, to, rate. Only the beginnings are typed.
import { slabRows, withoutSlab, withSlabAdded, withSlabRate, withSlabStart } from '../lib/form/tariff-slabs';
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import type { Slabs } from '../lib/tariff/tariff';
import { iconButton, textButton } from '../lib/form/form-fields.editor';
import type { OpenTariff } from './open-tariff.editor';

type SlabList = Slabs['slabs'];

/** `path` leads to the list of slabs. */
export function slabsForm(open: OpenTariff, path: Path): JQuery {
  const { text } = open;
  const slabs = (): SlabList => valueAt(open.tariff, path) as SlabList;
  const body = $('<tbody>');
  const head = ['slab-from', 'slab-to', 'rateMicrosPerKwh', ''].map((field) =>
    $('<th scope="col">').text(field === '' ? '' : text(`tariff-calc.field.${field}`)),
  );
  const table = $('<table class="wk-form-table">').append(
    $('<caption>').text(text('tariff-calc.field.slabs')),
    $('<thead>').append($('<tr>').append(head)),
    body,
  );
  const follow = (): void => showSlabs(body, slabs(), open);
  slabs().forEach((_, index) => {
    const start = startCell(open, path, index, (typed) => {
      open.set(path, withSlabStart(slabs(), index, typed));
      follow();
    });
    const rate = rateInput(open, path, index, (typed) => open.set(path, withSlabRate(slabs(), index, typed)));
    const remove = iconButton('remove', text('tariff-calc.button.remove-slab'), () => {
      open.set(path, withoutSlab(slabs(), index));
      open.replace(open.tariff, placeText([...path, Math.max(0, index - 1), 'rateMicrosPerKwh']));
    }).prop('disabled', slabs().length === 1);
    const cells = [start, $('<span class="tariff-calc-slab-to">'), rate, remove];
    $('<tr>')
      .append(cells.map((cell) => $('<td>').append(cell)))
      .appendTo(body);
    $('<tr class="tariff-calc-slab-problem">').append($('<td colspan="4" role="alert">')).appendTo(body);
  });
  follow();
  const add = textButton('plus', text('tariff-calc.button.add-slab'), () => {
    const more = withSlabAdded(slabs());
    open.set(path, more);
    open.replace(open.tariff, placeText([...path, more.length - 2, 'uptoWh']));
  });
  return $('<div>').append(table, add);
}

/** The first slab begins at zero. The others show the end of the slab above them, and their place is there. */
function startCell(open: OpenTariff, path: Path, index: number, onTyped: (text: string) => void): JQuery {
  const row = slabRows(valueAt(open.tariff, path) as SlabList)[index];
  if (index === 0) return $('<span>').text('0');
  return $('<input type="text" inputmode="decimal" class="wk-form-number">')
    .attr({
      'data-place': placeText([...path, index - 1, 'uptoWh']),
      'aria-label': open.text('tariff-calc.field.slab-from'),
    })
    .val(row?.from ?? '')
    .on('input', function () {
      onTyped(String($(this).val()));
    });
}

function rateInput(open: OpenTariff, path: Path, index: number, onTyped: (text: string) => void): JQuery {
  const row = slabRows(valueAt(open.tariff, path) as SlabList)[index];
  return $('<input type="text" inputmode="decimal" class="wk-form-number">')
    .attr({
      'data-place': placeText([...path, index, 'rateMicrosPerKwh']),
      'aria-label': open.text('tariff-calc.field.rateMicrosPerKwh'),
    })
    .val(row?.rate ?? '')
    .on('input', function () {
      onTyped(String($(this).val()));
    });
}

/** The ends of the slabs, and what is wrong between them, as the beginnings stand now. */
function showSlabs(body: JQuery, slabs: SlabList, { text }: OpenTariff): void {
  slabRows(slabs).forEach(({ to, problem }, index) => {
    body
      .find('.tariff-calc-slab-to')
      .eq(index)
      .text(to ?? text('tariff-calc.field.and-above'));
    body
      .find('.tariff-calc-slab-problem')
      .eq(index)
      .toggle(problem !== null)
      .children()
      .text(problem === null ? '' : text(`tariff-calc.slab.${problem}`));
  });
}
