// The tab of the components: what a bill is made of, in the order in which it is made.
import { COMPONENT_KINDS, withComponent, withComponentId, withoutComponent } from '../lib/form/tariff-edit';
import { FoldingList, type FoldedItems } from '../lib/form/folding-list.editor';
import { choiceInput, optionalTextInput, row, textButton, textInput } from '../lib/form/form-fields.editor';
import { problemsWithin } from '../lib/form/problem-place';
import { componentSummary } from '../lib/form/tariff-summary';
import { placeText } from '../lib/form/value-path';
import { MAX_COMPONENTS } from '../lib/tariff/tariff-limits';
import { componentForm } from './component-form.editor';
import type { OpenTariff, Section } from './open-tariff.editor';
import { followIds } from './references-form.editor';

export class ComponentsSection implements Section {
  readonly #list: FoldingList;
  #problems: readonly string[] = [];
  #kindToAdd: string = COMPONENT_KINDS[0] ?? '';

  constructor(
    private readonly open: OpenTariff,
    private readonly container: JQuery,
  ) {
    this.#list = new FoldingList(this.#items());
    // A tariff of one component needs no unfolding to be understood.
    if (open.tariff.components.length === 1) this.#list.unfold(0);
  }

  build(): void {
    this.container.empty();
    this.#list.build(this.container);
    this.container.append(this.#addRow());
  }

  follow(problems: readonly string[]): void {
    this.#problems = problems;
    followIds(this.container, this.open);
    this.#list.follow(this.container);
  }

  #items(): FoldedItems {
    const { open } = this;
    const { text } = open;
    return {
      name: 'component',
      count: () => open.tariff.components.length,
      buttons: (index) => {
        const values = { number: index + 1 };
        return {
          up: text('tariff-calc.button.up', values),
          down: text('tariff-calc.button.down', values),
          remove: text('tariff-calc.button.remove-component', values),
        };
      },
      kind: (index) => text(`tariff-calc.kind.${open.tariff.components[index]?.kind ?? 'flat'}`),
      head: (index) => this.#head(index),
      body: (index) => this.#body(index),
      reorder: (order, focusPlace) => {
        const components = order.flatMap((index) => open.tariff.components[index] ?? []);
        open.replace({ ...open.tariff, components }, focusPlace);
      },
      remove: (index, focusPlace) => open.replace(withoutComponent(open.tariff, index), focusPlace),
      rebuild: (focusPlace) => open.replace(open.tariff, focusPlace),
    };
  }

  #head(index: number): ReturnType<FoldedItems['head']> {
    const component = this.open.tariff.components[index];
    if (!component) return { title: '', summary: '', problems: [] };
    const { name, values } = componentSummary(component);
    return {
      title: component.label ?? component.id,
      summary: this.open.text(`tariff-calc.summary.${name}`, values),
      problems: problemsWithin(this.#problems, placeText(['components', index])),
    };
  }

  #body(index: number): JQuery {
    const { open } = this;
    const { text } = open;
    const path = ['components', index];
    // Not while it is typed: half an id may be that of another component, and references follow the id.
    const id = textInput(open, [...path, 'id'], () => undefined).on('change', () => {
      open.set([], withComponentId(open.tariff, index, String(id.val()).trim()));
    });
    return $('<div>').append(
      componentForm(open, path),
      row(text('tariff-calc.field.id'), id),
      row(text('tariff-calc.field.label'), optionalTextInput(open, [...path, 'label'])),
    );
  }

  #addRow(): JQuery {
    const { open } = this;
    const { text } = open;
    const kinds = COMPONENT_KINDS.map((kind) => ({ value: kind, label: text(`tariff-calc.kind.${kind}`) }));
    const menu = choiceInput(kinds, this.#kindToAdd, (kind) => (this.#kindToAdd = String(kind)));
    menu.attr({ id: 'tariff-calc-kind', 'aria-label': text('tariff-calc.label.kind') });
    const add = textButton('plus', text('tariff-calc.button.add-component'), () => {
      const kind = COMPONENT_KINDS.find((candidate) => candidate === this.#kindToAdd);
      if (!kind) return;
      const more = withComponent(open.tariff, kind);
      const index = more.components.length - 1;
      this.#list.unfold(index);
      open.replace(more, `component ${index}`);
    }).attr('id', 'tariff-calc-add');
    add.prop('disabled', open.tariff.components.length >= MAX_COMPONENTS);
    return $('<div class="tariff-calc-add">').append(menu, add);
  }
}
