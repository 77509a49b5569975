// The tab of the JSON: take the tariff along, or bring one.
import { readTariff } from '../lib/form/tariff-text';
import type { Tariff } from '../lib/tariff/tariff';
import { canonicalTariff } from '../lib/tariff/tariff-version';
import { textButton } from '../lib/form/form-fields.editor';
import type { OpenTariff, Section } from './open-tariff.editor';

export class JsonSection implements Section {
  readonly #text = $('<textarea rows="16" spellcheck="false" id="tariff-calc-json" class="wk-form-json">');
  readonly #problems = $('<div class="wk-form-problems" role="alert">');

  constructor(
    private readonly open: OpenTariff,
    private readonly container: JQuery,
    /** The text as it is kept when it is no tariff that can be shown. */
    private readonly unreadable: () => string | null,
    private readonly onImport: (tariff: Tariff) => void,
  ) {}

  build(): void {
    const { text } = this.open;
    this.#text.attr('aria-label', text('tariff-calc.tab.json')).val(this.#json());
    const file = $('<input type="file" accept=".json,application/json">').hide();
    file.on('change', () => this.#readFile(file));
    const buttons = $('<div class="wk-form-buttons">').append(
      textButton('check', text('tariff-calc.button.import'), () => this.#import()).attr(
        'id',
        'tariff-calc-import',
      ),
      textButton('folder-open-o', text('tariff-calc.button.open-file'), () => file.trigger('click')),
      textButton('download', text('tariff-calc.button.download'), () => this.#download()),
    );
    const hint = $('<div class="wk-form-hint">').text(text('tariff-calc.tip.json'));
    this.#problems.empty();
    this.container.empty().append(hint, this.#text, this.#problems, buttons, file);
  }

  #json(): string {
    const raw = this.unreadable();
    return raw ?? JSON.stringify(JSON.parse(canonicalTariff(this.open.tariff)), null, 2);
  }

  #import(): void {
    const { tariff, problems } = readTariff(String(this.#text.val()));
    this.#problems.empty().append(problems.map((problem) => $('<div>').text(problem)));
    if (!tariff) return;
    this.onImport(tariff);
    this.#problems.text(this.open.text('tariff-calc.tip.imported'));
  }

  #readFile(input: JQuery): void {
    const [file] = (input.get(0) as HTMLInputElement).files ?? [];
    if (!file) return;
    file.text().then(
      (json) => {
        this.#text.val(json);
        this.#import();
      },
      (error: unknown) => this.#problems.text(String(error)),
    );
    // So that the same file can be chosen again after it was corrected.
    input.val('');
  }

  #download(): void {
    const { tariffId, version } = this.open.tariff;
    const address = URL.createObjectURL(new Blob([this.#json()], { type: 'application/json' }));
    const link = $('<a>').attr({ href: address, download: `${tariffId}-${version}.json` });
    link.get(0)?.click();
    URL.revokeObjectURL(address);
  }
}
