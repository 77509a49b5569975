// Which other components a component refers to, as boxes to tick.
import { isEnergyKind } from '../lib/tariff/check-component';
import { placeText, valueAt, type Path } from '../lib/form/value-path';
import type { ReferenceScope } from './component-fields.editor';
import type { OpenTariff } from './open-tariff.editor';

/** `path` leads to the component, whose place in the list says what comes before it. */
export function referencesForm(open: OpenTariff, path: Path, scope: ReferenceScope): JQuery {
  const at = [...path, 'of'];
  const names = (): string[] => valueAt(open.tariff, at) as string[];
  const fieldset = $('<fieldset class="tariff-calc-references">')
    .attr('data-place', placeText(at))
    .append($('<legend>').text(open.text('tariff-calc.field.of')));
  const offered = offeredPlaces(open, Number(path[1]), scope);
  for (const place of offered) {
    const id = (): string => open.tariff.components[place]?.id ?? '';
    fieldset.append(box(open, at, id).attr('data-names-component', place));
  }
  // What is named but cannot be is shown too, so that it can be taken away.
  const known = new Set(offered.map((place) => open.tariff.components[place]?.id));
  for (const name of new Set(names().filter((id) => !known.has(id)))) {
    fieldset.append(box(open, at, () => name));
  }
  if (fieldset.children().length === 1)
    fieldset.append($('<span>').text(open.text('tariff-calc.tip.no-references')));
  return fieldset;
}

/** The id is asked for when it is needed, since the component may get another one while this form is open. */
function box(open: OpenTariff, at: Path, id: () => string): JQuery {
  const names = (): string[] => valueAt(open.tariff, at) as string[];
  const input = $('<input type="checkbox">')
    .prop('checked', names().includes(id()))
    .on('change', () => {
      const others = names().filter((name) => name !== id());
      open.set(at, input.prop('checked') === true ? [...others, id()] : others);
    });
  return $('<label class="tariff-calc-reference">').append(input, $('<span>').text(id()));
}

/** After a component got another id. */
export function followIds(container: JQuery, { tariff }: OpenTariff): void {
  container.find('[data-names-component]').each((_, element) => {
    const place = Number($(element).attr('data-names-component'));
    $(element)
      .find('span')
      .text(tariff.components[place]?.id ?? '');
  });
}

function offeredPlaces({ tariff }: OpenTariff, index: number, scope: ReferenceScope): number[] {
  return tariff.components.flatMap(({ kind }, place) => {
    if (scope !== 'energy' && place >= index) return [];
    const isOffered = scope === 'earlier' ? kind !== 'freeUnits' : isEnergyKind(kind);
    return isOffered ? [place] : [];
  });
}
