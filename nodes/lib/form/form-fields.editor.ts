// The rows of a form. Each input bears the place of its value, so that what is wrong with it is shown where it is.
import { readPlainNumber } from './plain-number';
import { readNumber, showNumber, type NumberKind } from './tariff-fields';
import { placeText, valueAt, type Path } from './value-path';
import { problemsWithin } from './problem-place';

/** What an open dialog holds, as its inputs see it. */
export interface OpenForm {
  /** As it stands in the fields; what could not be read is in it as it was typed. */
  readonly whole: unknown;
  /** A value was typed: what depends on it follows, and no field is rebuilt under the typing hands. */
  set(path: Path, value: unknown): void;
}

export type Translate = (key: string, values?: Record<string, unknown>) => string;

let lastId = 0;

/** An id for a field that exists only while the dialog is open. */
function freshId(): string {
  lastId += 1;
  return `wk-form-field-${lastId}`;
}

export function row(label: string, input: JQuery, unit = ''): JQuery {
  const id = input.attr('id') ?? freshId();
  input.attr('id', id);
  return $('<div class="wk-form-row">').append(
    $('<label>').attr('for', id).text(label),
    $('<span class="wk-form-cell">').append(input, $('<span class="wk-form-unit">').text(unit)),
  );
}

export function textInput(open: OpenForm, path: Path, onTyped?: (text: string) => void): JQuery {
  const value = valueAt(open.whole, path);
  return $('<input type="text">')
    .attr('data-place', placeText(path))
    .val(typeof value === 'string' || typeof value === 'number' ? String(value) : '')
    .on('input', function () {
      const text = String($(this).val());
      if (onTyped) onTyped(text);
      else open.set(path, text);
    });
}

export function numberInput(open: OpenForm, path: Path, kind: NumberKind): JQuery {
  return textInput(open, path, (text) => open.set(path, readNumber(kind, text)))
    .addClass('wk-form-number')
    .attr('inputmode', kind === 'whole' ? 'numeric' : 'decimal')
    .val(showNumber(kind, valueAt(open.whole, path)));
}

/** A number in the very unit in which it is stored; not there when it is left empty. */
export function plainNumberInput(open: OpenForm, path: Path): JQuery {
  return textInput(open, path, (text) => open.set(path, readPlainNumber(text)))
    .addClass('wk-form-number')
    .attr('inputmode', 'decimal');
}

/** A field that is not there when it is left empty. */
export function optionalTextInput(open: OpenForm, path: Path): JQuery {
  return textInput(open, path, (text) => open.set(path, text === '' ? undefined : text));
}

export function dateInput(open: OpenForm, path: Path): JQuery {
  return textInput(open, path).attr('type', 'date').addClass('wk-form-date');
}

export function flagRow(open: OpenForm, path: Path, label: string): JQuery {
  const id = freshId();
  const input = $('<input type="checkbox">')
    .attr({ id, 'data-place': placeText(path) })
    .prop('checked', valueAt(open.whole, path) === true)
    .on('change', () => open.set(path, input.prop('checked')));
  return $('<div class="wk-form-flag">').append(input, $('<label>').attr('for', id).text(label));
}

export interface Option {
  value: string | number;
  label: string;
}

export function choiceInput(
  options: readonly Option[],
  chosen: unknown,
  onChosen: (value: string | number) => void,
): JQuery {
  const input = $('<select>').append(
    options.map(({ value, label }) => $('<option>').val(String(value)).text(label)),
  );
  return input.val(String(chosen)).on('change', () => {
    const option = options.find(({ value }) => String(value) === input.val());
    if (option) onChosen(option.value);
  });
}

/** A button that says what it does to those who see its icon and to those who do not. */
export function iconButton(icon: string, label: string, onClick: () => void): JQuery {
  return $('<button type="button" class="red-ui-button red-ui-button-small">')
    .attr({ 'aria-label': label, title: label })
    .append($('<i aria-hidden="true">').addClass(`fa fa-${icon}`))
    .on('click', onClick);
}

export function textButton(icon: string, label: string, onClick: () => void): JQuery {
  const button = iconButton(icon, label, onClick)
    .removeAttr('title')
    .removeAttr('aria-label')
    .removeClass('red-ui-button-small');
  return button.append($('<span>').text(` ${label}`));
}

/** Marks the inputs whose values are wrong, and says why to whoever points at one or has it read out. */
export function markProblems(container: JQuery, problems: readonly string[]): void {
  container.find('[data-place]').each((_, element) => {
    const input = $(element);
    const [problem] = problemsWithin(problems, input.attr('data-place') ?? '');
    input.toggleClass('input-error', problem !== undefined);
    if (problem === undefined) input.removeAttr('aria-invalid').removeAttr('title');
    else input.attr({ 'aria-invalid': 'true', title: problem });
  });
}
