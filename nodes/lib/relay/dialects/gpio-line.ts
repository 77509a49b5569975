import { required } from '../relay-settings';
import { PLAIN, type Dialect } from './dialect';

/** How long a coil is powered when nothing else is set. */
export const DEFAULT_PULSE_MS = 100;

const byReadBack: Dialect['confirm'] = ({ readLine }) => (readLine === undefined ? 'none' : 'report');

/** A relay on a line of this computer that falls back when its line is let go. */
export const gpio: Dialect = {
  ...PLAIN,
  way: 'gpio',
  confirm: byReadBack,
  write: ({ meterId, desired, settings }) => [
    { topic: meterId, payload: { line: required(settings, 'line'), value: desired === 'on' ? 1 : 0 } },
  ],
};

/** A relay with two coils that stays where the last pulse has put it. */
export const latching: Dialect = {
  ...PLAIN,
  way: 'gpio',
  confirm: byReadBack,
  write: ({ meterId, desired, settings }) => {
    const lines = { on: required(settings, 'onLine'), off: required(settings, 'offLine') };
    if (lines.on === lines.off) throw new RangeError('relay.offLine must be another line than relay.onLine');
    return [
      {
        topic: meterId,
        payload: { line: lines[desired], value: 1, pulseMs: settings.pulseMs ?? DEFAULT_PULSE_MS },
      },
    ];
  },
};
