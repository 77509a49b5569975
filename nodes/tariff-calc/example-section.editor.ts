// The tab of the example: what somebody pays by the tariff in the dialog, by the sum that the running node makes.
import { exampleOf, type ExampleBill } from '../lib/form/tariff-example';
import type { OpenTariff, Section } from './open-tariff.editor';

const TYPED =
  '#tariff-calc-kwh, #tariff-calc-export-kwh, #tariff-calc-load, #tariff-calc-lifeline, #tariff-calc-month';

/** An example and how much electricity it is for; or why there is none. */
export type Outcome = { bill: ExampleBill; kwh: string } | { reason: string };

export class ExampleSection implements Section {
  constructor(
    private readonly open: OpenTariff,
    private readonly container: JQuery,
    onTyped: () => void,
  ) {
    $(TYPED).on('input change', onTyped);
    $('#tariff-calc-month').val(new Date().toISOString().slice(0, 7));
  }

  build(): void {
    // Its fields are part of the form; what follows from them is shown as they are followed.
    this.container.empty();
  }

  /** What the fields ask for. A billing list may not reach there, and then the reason says so. */
  outcome(): Outcome {
    const kwh = String($('#tariff-calc-kwh').val());
    // The middle of the month, so that the period that holds most of it is shown.
    const atMs = Date.parse(`${String($('#tariff-calc-month').val())}-15T00:00:00Z`);
    try {
      const bill = exampleOf(this.open.tariff, {
        kwh,
        exportKwh: this.#countsExport ? String($('#tariff-calc-export-kwh').val()) : '',
        loadKw: String($('#tariff-calc-load').val()),
        isLifeline: $('#tariff-calc-lifeline').prop('checked') === true,
        atMs: Number.isNaN(atMs) ? Date.now() : atMs,
      });
      return bill ? { bill, kwh } : { reason: this.open.text('tariff-calc.outcome.no-example') };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Only then is there a field for it. */
  get #countsExport(): boolean {
    return this.open.tariff.components.some(({ kind }) => kind === 'exportCredit');
  }

  show(outcome: Outcome | null): void {
    const { text } = this.open;
    $('#tariff-calc-export-row').toggle(this.#countsExport);
    this.container.empty();
    if (!outcome) return;
    if ('reason' in outcome) {
      this.container.text(outcome.reason);
      return;
    }
    const { bill } = outcome;
    const head = ['component', 'kwh', 'rate', 'amount'].map((column) =>
      $('<th scope="col">').text(text(`tariff-calc.column.${column}`)),
    );
    const lines = bill.lines.map(({ name, kwh, rate, amount }) =>
      $('<tr>').append([name, kwh, rate, amount].map((value) => $('<td>').text(value))),
    );
    const total = $('<tr>').append(
      $('<th scope="row" colspan="3">').text(text('tariff-calc.column.total')),
      $('<th>').text(bill.total),
    );
    $('<table class="wk-form-table tariff-calc-bill">')
      .append($('<caption>').text(text('tariff-calc.outcome.period', { period: bill.period })))
      .append($('<thead>').append($('<tr>').append(head)), $('<tbody>').append(lines))
      .append($('<tfoot>').append(total))
      .appendTo(this.container);
  }
}
