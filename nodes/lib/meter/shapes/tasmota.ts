import { channelMeter, deviceOfTopic, nameOf, objectOf, type DeviceMessage } from './device-message';
import type { Shape } from './shape';
import { isObject, MAX_PHASES, relayState, Statement } from './statement';

const PREFIXES = new Set(['tele', 'stat']);
/** More channels than any Tasmota device meters; it bounds what one message can make us do. */
const MAX_CHANNELS = 32;
const POWER_KEY = /^POWER([1-9]\d?)?$/;
const STATUS_LEAF = /^STATUS(?:8|10)?$/;

/**
 * Tasmota. `tele/<t>/SENSOR` and `stat/<t>/STATUS8` carry ENERGY in kWh; `tele/<t>/STATE`, `stat/<t>/RESULT` and
 * `stat/<t>/POWER<n>` say how the relays stand. `Time` is local time of an unnamed zone, so the time of arrival counts.
 */
export const tasmota: Shape = {
  name: 'Tasmota',
  isPartial: true,
  recognises(message) {
    if (!PREFIXES.has(message.levels[0] ?? '') || message.levels.length < 3)
      return energyOf(message) !== null;
    const leaf = message.levels.at(-1) ?? '';
    return (
      leaf === 'SENSOR' ||
      leaf === 'STATE' ||
      leaf === 'RESULT' ||
      leaf === 'LWT' ||
      POWER_KEY.test(leaf) ||
      STATUS_LEAF.test(leaf)
    );
  },
  read(message) {
    const deviceId = deviceOf(message);
    const leaf = message.levels.at(-1) ?? '';
    if (leaf === 'LWT') return readWill(deviceId, message.text);
    const channel = POWER_KEY.exec(leaf);
    if (channel) return readRelay(deviceId, channel[1], message.text);
    const statements = readEnergy(deviceId, energyOf(message));
    for (const [key, value] of Object.entries(objectOf(message)).slice(0, MAX_CHANNELS)) {
      const found = POWER_KEY.exec(key);
      if (found) statements.push(...readRelay(deviceId, found[1], value));
    }
    return statements;
  },
};

function deviceOf({ levels }: DeviceMessage): string {
  if (!levels.some((level) => PREFIXES.has(level))) return deviceOfTopic(levels);
  return nameOf(levels.slice(0, -1).filter((level) => !PREFIXES.has(level)));
}

function energyOf(message: DeviceMessage): Record<string, unknown> | null {
  const source = objectOf(message);
  const status = source['StatusSNS'];
  const energy = isObject(status) ? status['ENERGY'] : source['ENERGY'];
  return isObject(energy) ? energy : null;
}

function readWill(deviceId: string, text: string): Statement[] {
  const statement = new Statement(deviceId);
  if (text === 'Online') statement.event = 'online';
  else if (text === 'Offline') statement.event = 'offline';
  return [statement];
}

function readRelay(deviceId: string, channel: string | undefined, raw: unknown): Statement[] {
  const isFirst = channel === undefined || channel === '1';
  return [new Statement(channelMeter(deviceId, channel ?? '', isFirst)).takeRelay(relayState(raw))];
}

function readEnergy(deviceId: string, energy: Record<string, unknown> | null): Statement[] {
  if (energy === null) return [];
  const total = energy['Total'];
  if (!Array.isArray(total)) return [readMeter(new Statement(deviceId), energy)];
  if (total.length > MAX_CHANNELS) {
    return [
      new Statement(deviceId).refuse('ENERGY.Total', total, `must hold at most ${MAX_CHANNELS} channels`),
    ];
  }
  return total.map((_, index) => {
    const statement = new Statement(channelMeter(deviceId, index + 1, index === 0));
    return readFields(statement, (key) => {
      const value = energy[key];
      return Array.isArray(value) ? (value[index] as unknown) : value;
    });
  });
}

/** One register: what comes as a list beside it are the phases of that meter. */
function readMeter(statement: Statement, energy: Record<string, unknown>): Statement {
  readFields(statement, (key) => (Array.isArray(energy[key]) ? undefined : energy[key]));
  if (Array.isArray(energy['Power'])) statement.take('powerW', sumOf(energy['Power']), 'W', 'ENERGY.Power');
  for (let index = 0; index < MAX_PHASES; index += 1) {
    const at = (key: string): unknown => {
      const value = energy[key];
      return Array.isArray(value) ? (value[index] as unknown) : undefined;
    };
    statement
      .takePhase(index, 'voltageV', at('Voltage'), 'V', `ENERGY.Voltage[${index}]`)
      .takePhase(index, 'currentA', at('Current'), 'A', `ENERGY.Current[${index}]`)
      .takePhase(index, 'powerW', at('Power'), 'W', `ENERGY.Power[${index}]`)
      .takePhase(index, 'powerFactor', at('Factor'), '', `ENERGY.Factor[${index}]`);
  }
  return statement;
}

/** The power of all phases, or undefined when one of them was not said. */
function sumOf(list: readonly unknown[]): number | undefined {
  let sum = 0;
  for (const watts of list) {
    if (typeof watts !== 'number') return undefined;
    sum += watts;
  }
  // Tasmota has three decimals at most; what the sum has beyond is noise.
  return Math.round(sum * 1000) / 1000;
}

function readFields(statement: Statement, at: (key: string) => unknown): Statement {
  return statement
    .take('energyWh', at('Total'), 'kWh', 'ENERGY.Total')
    .take('exportWh', at('ExportActive'), 'kWh', 'ENERGY.ExportActive')
    .take('powerW', at('Power'), 'W', 'ENERGY.Power')
    .take('apparentVa', at('ApparentPower'), 'VA', 'ENERGY.ApparentPower')
    .take('reactiveVar', at('ReactivePower'), 'var', 'ENERGY.ReactivePower')
    .take('powerFactor', at('Factor'), '', 'ENERGY.Factor')
    .take('voltageV', at('Voltage'), 'V', 'ENERGY.Voltage')
    .take('currentA', at('Current'), 'A', 'ENERGY.Current')
    .take('frequencyHz', at('Frequency'), 'Hz', 'ENERGY.Frequency');
}
