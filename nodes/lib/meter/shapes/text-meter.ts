import { deviceOfTopic } from './device-message';
import type { Shape } from './shape';
import { Statement } from './statement';

/** What the text meter is told. `data` asks for a reading at once. */
export const TEXT_COMMANDS = { readNow: 'data', on: 'ON', off: 'OFF' } as const;
const COMMANDS = new Set<string>(Object.values(TEXT_COMMANDS));

/** Resistance between the two voltages when the operator names none: one volt of difference is one ampere. */
const DEFAULT_SHUNT_OHM = 1;

const STARTED = /^meter started$/i;
const RELAY = /^meter is (on|off)$/i;
const VOLTAGES =
  /^([+-]?[\d.][\d.,eE+-]{0,30}|nan|[+-]?inf\w{0,6}):([+-]?[\d.][\d.,eE+-]{0,30}|nan|[+-]?inf\w{0,6})$/i;

/**
 * The prepaid meter that speaks in plain words: `Meter Started`, `meter is on`, and `v1:v2`, the voltages before and
 * behind a shunt. It has no register, so its power is added up. On a topic of its own it also hears its commands, which
 * say nothing about it.
 */
export const textMeter: Shape = {
  name: 'text meter',
  isPartial: true,
  recognises: ({ text }) =>
    text.length <= 64 &&
    (VOLTAGES.test(text) || RELAY.test(text) || STARTED.test(text) || COMMANDS.has(text)),
  read({ text, levels }, { settingsOf }) {
    if (COMMANDS.has(text)) return [];
    const statement = new Statement(deviceOfTopic(levels));
    if (STARTED.test(text)) {
      statement.event = 'started';
      return [statement];
    }
    const relay = RELAY.exec(text);
    if (relay) return [statement.takeRelay(relay[1]?.toLowerCase() === 'on' ? 'on' : 'off')];
    const [, v1, v2] = VOLTAGES.exec(text) ?? [];
    return [takeVoltages(statement, v1, v2, settingsOf(statement.meterId).shuntOhm ?? DEFAULT_SHUNT_OHM)];
  },
};

function takeVoltages(statement: Statement, v1: unknown, v2: unknown, shuntOhm: number): Statement {
  statement.source = 'integrated';
  statement.take('voltageV', v1, 'V', 'v1');
  const before = statement.values.voltageV;
  statement.take('voltageV', v2, 'V', 'v2');
  const behind = statement.values.voltageV;
  if (statement.refusal || before === undefined || behind === undefined) return statement;
  const amperes = (before - behind) / shuntOhm;
  return statement.take('currentA', amperes, 'A', 'v1').take('powerW', amperes * behind, 'W', 'v1');
}
