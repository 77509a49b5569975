// A list whose items fold: one line each, with the form of an item below its line while it is open.
import { iconButton } from './form-fields.editor';
import { withMoved } from './list-order';

/** What a list of items does and says. */
export interface FoldedItems {
  /** Begins the names of what can have the keyboard: `<name> <index>`. */
  name: string;
  count(): number;
  /** The labels of the buttons of an item. */
  buttons(index: number): { up: string; down: string; remove: string };
  /** What kind of thing an item is, beside its title. */
  kind(index: number): string;
  /** What changes while somebody types: title and summary, and what is wrong. */
  head(index: number): { title: string; summary: string; problems: readonly string[] };
  body(index: number): JQuery;
  /** The items in a new order, told by the places that they had; the list is built again by the dialog. */
  reorder(order: readonly number[], focusPlace?: string): void;
  remove(index: number, focusPlace: string): void;
  rebuild(focusPlace: string): void;
}

interface Row {
  index: number;
}

export class FoldingList {
  /** Which items are open, by their place. */
  #unfolded: boolean[] = [];

  constructor(private readonly items: FoldedItems) {}

  /** Opens an item when the list is built next. */
  unfold(index: number): void {
    this.#unfolded[index] = true;
  }

  /** A list for the container, with all items. */
  build(container: JQuery): void {
    const list = $('<ol>');
    container.append(list);
    list.editableList<Row>({
      addButton: false,
      height: 'auto',
      scrollOnAdd: false,
      sortable: '.wk-form-handle',
      addItem: (content, _index, { index }) => this.#fill(content, index),
      sortItems: (items) => this.#reorder(Array.from(items, (item) => (item.data('data') as Row).index)),
    });
    for (let index = 0; index < this.items.count(); index += 1) list.editableList('addItem', { index });
  }

  follow(container: JQuery): void {
    container.find('.wk-form-item').each((index, element) => {
      if (index >= this.items.count()) return;
      const { title, summary, problems } = this.items.head(index);
      const part = (suffix: string): JQuery => $(element).find(`.wk-form-${suffix}`).first();
      $(element).toggleClass('wk-form-bad', problems.length > 0);
      part('name').text(title);
      part('summary').text(summary);
      part('problems')
        .empty()
        .append(problems.map((problem) => $('<div>').text(problem)));
    });
  }

  #fill(content: JQuery, index: number): void {
    const isUnfolded = this.#unfolded[index] === true;
    const handle = $('<i class="fa fa-bars wk-form-handle" aria-hidden="true">');
    const line = $('<div class="wk-form-head">').append(
      handle,
      this.#unfoldButton(index, isUnfolded),
      this.#headButtons(index),
    );
    content
      .addClass('wk-form-item')
      .append(line, $('<div class="wk-form-summary">'), $('<div class="wk-form-problems">'));
    if (isUnfolded) content.append($('<div class="wk-form-body">').append(this.items.body(index)));
  }

  #unfoldButton(index: number, isUnfolded: boolean): JQuery {
    return $('<button type="button" class="wk-form-unfold">')
      .attr({ 'aria-expanded': String(isUnfolded), 'data-focus': this.#place(index) })
      .append(
        $('<i aria-hidden="true">').addClass(`fa fa-caret-${isUnfolded ? 'down' : 'right'}`),
        $('<b class="wk-form-name">'),
        $('<span>').text(this.items.kind(index)),
      )
      .on('click', () => {
        this.#unfolded[index] = !isUnfolded;
        this.items.rebuild(this.#place(index));
      });
  }

  #headButtons(index: number): JQuery[] {
    const labels = this.items.buttons(index);
    const last = this.items.count() - 1;
    const up = iconButton('arrow-up', labels.up, () => this.#move(index, index - 1));
    const down = iconButton('arrow-down', labels.down, () => this.#move(index, index + 1));
    const remove = iconButton('trash-o', labels.remove, () => {
      this.#unfolded.splice(index, 1);
      this.items.remove(index, this.#place(Math.max(0, index - 1)));
    });
    up.prop('disabled', index === 0);
    down.prop('disabled', index === last);
    return [up, down, remove];
  }

  #move(from: number, to: number): void {
    const order = Array.from({ length: this.items.count() }, (_, index) => index);
    this.#reorder(withMoved(order, from, to), this.#place(to));
  }

  #reorder(order: readonly number[], focusPlace?: string): void {
    this.#unfolded = order.map((index) => this.#unfolded[index] === true);
    this.items.reorder(order, focusPlace);
  }

  #place(index: number): string {
    return `${this.items.name} ${index}`;
  }
}
