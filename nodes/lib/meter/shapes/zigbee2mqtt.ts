import { channelMeter, deviceOfTopic, nameOf, objectOf, type DeviceMessage } from './device-message';
import type { FieldName } from './quantity';
import type { Shape } from './shape';
import { relayState, Statement, type PhaseField } from './statement';

const FIELDS: Readonly<Record<string, [FieldName, string]>> = {
  energy: ['energyWh', 'kWh'],
  produced_energy: ['exportWh', 'kWh'],
  power: ['powerW', 'W'],
  voltage: ['voltageV', 'V'],
  current: ['currentA', 'A'],
  power_factor: ['powerFactor', ''],
  ac_frequency: ['frequencyHz', 'Hz'],
  power_reactive: ['reactiveVar', 'var'],
  power_apparent: ['apparentVa', 'VA'],
};
const PHASE_FIELDS: Readonly<Record<string, [PhaseField, string]>> = {
  power: ['powerW', 'W'],
  voltage: ['voltageV', 'V'],
  current: ['currentA', 'A'],
  power_factor: ['powerFactor', ''],
};
/** `energy_l2` of a device with several sockets; the first has no suffix or `_l1`. */
const CHANNEL_KEY = /^(state|energy|power|voltage|current|power_factor)_(?:l|channel)?([1-9])$/;
const PHASE_KEY = /^(power|voltage|current|power_factor)_phase_([abc])$/;
const MAX_KEYS = 200;

/** Zigbee2MQTT: `zigbee2mqtt/<name>` with `energy` in kWh; `…/availability` says whether the device answers. */
export const zigbee2mqtt: Shape = {
  name: 'Zigbee2MQTT',
  isPartial: true,
  recognises(message) {
    const { levels } = message;
    if (levels[0] === 'zigbee2mqtt' && levels.length >= 2) return true;
    const source = objectOf(message);
    const isDevice = 'linkquality' in source || 'state' in source;
    return isDevice && 'energy' in source && 'power' in source && !('data' in source);
  },
  read(message) {
    const { levels } = message;
    const leaf = levels.at(-1) ?? '';
    const isOurs = levels[0] === 'zigbee2mqtt';
    if ((isOurs && levels[1] === 'bridge') || leaf === 'set' || leaf === 'get') return [];
    if (isOurs && leaf === 'availability') return [readAvailability(nameOf(levels.slice(1, -1)), message)];
    const deviceId = isOurs ? nameOf(levels.slice(1)) : deviceOfTopic(levels);
    return readState(deviceId, objectOf(message));
  },
};

function readAvailability(deviceId: string, message: DeviceMessage): Statement {
  const statement = new Statement(deviceId);
  const state = message.text.startsWith('{') ? objectOf(message)['state'] : message.text;
  if (state === 'online' || state === 'offline') statement.event = state;
  return statement;
}

function readState(deviceId: string, source: Record<string, unknown>): Statement[] {
  const channels = new Map<string, Statement>();
  const channelOf = (channel: string): Statement => {
    const meterId = channelMeter(deviceId, channel, channel === '' || channel === '1');
    let statement = channels.get(meterId);
    if (!statement) channels.set(meterId, (statement = new Statement(meterId)));
    return statement;
  };
  for (const [key, value] of Object.entries(source).slice(0, MAX_KEYS)) {
    const phase = PHASE_KEY.exec(key);
    if (phase) takePhase(channelOf(''), phase, value);
    else {
      const [, name = key, channel = ''] = CHANNEL_KEY.exec(key) ?? [];
      if (name === 'state' || Object.hasOwn(FIELDS, name)) takeField(channelOf(channel), name, key, value);
    }
  }
  return [...channels.values()];
}

function takePhase(
  statement: Statement,
  [key, name = '', letter = '']: RegExpExecArray,
  value: unknown,
): void {
  const known = PHASE_FIELDS[name];
  if (known) statement.takePhase('abc'.indexOf(letter), known[0], value, known[1], key);
}

function takeField(statement: Statement, name: string, key: string, value: unknown): void {
  const known = FIELDS[name];
  if (known) statement.take(known[0], value, known[1], key);
  else statement.takeRelay(relayState(value));
}
