// Tariffs to start from. They replace what is in the dialog, so they ask first.
import { TARIFF_PRESETS } from '../lib/tariff/tariff-presets';
import type { Tariff } from '../lib/tariff/tariff';
import type { OpenTariff } from './open-tariff.editor';

export function offerPresets(open: OpenTariff, onPreset: (tariff: Tariff) => void): void {
  const { text } = open;
  const menu = $('#tariff-calc-preset');
  TARIFF_PRESETS.forEach(({ title }, index) => menu.append($('<option>').val(index).text(title)));
  menu.on('change', () => {
    const preset = TARIFF_PRESETS[Number(menu.val())];
    $('#tariff-calc-preset-source').text(
      preset ? text('tariff-calc.tip.source', { source: preset.source }) : '',
    );
    $('#tariff-calc-use-preset').prop('disabled', !preset);
  });
  $('#tariff-calc-use-preset').on('click', () => {
    const preset = TARIFF_PRESETS[Number(menu.val())];
    if (preset)
      ask(text('tariff-calc.ask.preset', { title: preset.title }), open, () =>
        onPreset(adopted(preset.tariff, open.tariff)),
      );
  });
}

/** Who the tariff is for stays: its id and the zone of its clocks. */
function adopted(preset: Tariff, { tariffId, timeZone }: Tariff): Tariff {
  return { ...structuredClone(preset), tariffId, timeZone };
}

function ask(question: string, { text }: OpenTariff, onYes: () => void): void {
  const notification = RED.notify($('<p>').text(question), {
    modal: true,
    fixed: true,
    buttons: [
      { text: text('tariff-calc.ask.no'), click: () => close() },
      {
        text: text('tariff-calc.ask.yes'),
        class: 'primary',
        click: () => {
          close();
          onYes();
        },
      },
    ],
  }) as HTMLDivElement & { close(): void };
  const close = (): void => notification.close();
}
