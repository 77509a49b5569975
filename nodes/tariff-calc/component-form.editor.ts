// The form of one component, made from the list of fields of its kind.
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import { COMPONENT_FIELDS, type ComponentField } from './component-fields.editor';
import { exportForm } from './export-form.editor';
import { factorsForm } from './factors-form.editor';
import { choiceInput, dateInput, flagRow, numberInput, row, textInput } from '../lib/form/form-fields.editor';
import { hoursForm } from './hours-form.editor';
import type { OpenTariff } from './open-tariff.editor';
import { referencesForm } from './references-form.editor';
import { slabsForm } from './slabs-form.editor';

/** `path` leads to the component. */
export function componentForm(open: OpenTariff, path: Path): JQuery {
  const kind = valueAt(open.tariff, [...path, 'kind']) as keyof typeof COMPONENT_FIELDS;
  const form = $('<div class="tariff-calc-form">');
  form.append($('<div class="wk-form-hint">').text(open.text(`tariff-calc.meaning.${kind}`)));
  return form.append(COMPONENT_FIELDS[kind].map((field) => fieldForm(open, path, field)));
}

function fieldForm(open: OpenTariff, path: Path, field: ComponentField): JQuery {
  switch (field.type) {
    case 'slabs':
      return slabsForm(open, [...path, 'slabs']);
    case 'hours':
      return hoursForm(open, path);
    case 'factors':
      return factorsForm(open, [...path, 'table']);
    case 'export':
      return exportForm(open, path);
    case 'references':
      return referencesForm(open, path, field.scope);
    case 'number':
    case 'flag':
    case 'text':
    case 'date':
    case 'choice':
      return plainField(open, [...path, field.field], field);
  }
}

type PlainField = Extract<ComponentField, { type: 'number' | 'flag' | 'text' | 'date' | 'choice' }>;

function plainField(open: OpenTariff, at: Path, field: PlainField): JQuery {
  const { text } = open;
  const label = text(`tariff-calc.field.${field.field}`);
  switch (field.type) {
    case 'number':
      return row(
        label,
        numberInput(open, at, field.kind),
        field.unit && text(`tariff-calc.unit.${field.unit}`),
      );
    case 'flag':
      return flagRow(open, at, label);
    case 'text':
      return row(label, textInput(open, at));
    case 'date':
      return row(label, dateInput(open, at));
    case 'choice': {
      const options = field.options.map((value) => ({
        value,
        label: text(`tariff-calc.option.${field.field}-${value}`),
      }));
      const input = choiceInput(options, valueAt(open.tariff, at), (value) => open.set(at, value));
      return row(label, input.attr('data-place', placeText(at)));
    }
  }
}
