import { channelMeter, objectOf, type DeviceMessage } from './device-message';
import type { FieldName } from './quantity';
import type { Shape } from './shape';
import { isObject, relayState, Statement } from './statement';

/** Fields below `emeter/<n>/`. Registers count Wh; `energy` is one minute's worth in watt-minutes and no register. */
const EMETER_FIELDS: Readonly<Record<string, [FieldName, string]>> = {
  power: ['powerW', 'W'],
  voltage: ['voltageV', 'V'],
  current: ['currentA', 'A'],
  pf: ['powerFactor', ''],
  reactive_power: ['reactiveVar', 'var'],
  total: ['energyWh', 'Wh'],
  total_returned: ['exportWh', 'Wh'],
};

/** Fields below `relay/<n>/` of the 1PM kind, whose register counts watt-minutes. */
const RELAY_FIELDS: Readonly<Record<string, [FieldName, string]>> = {
  power: ['powerW', 'W'],
  energy: ['energyWh', 'Wmin'],
};

const CHANNEL = /^\d{1,2}$/;
/** More channels than any device has. */
const MAX_CHANNELS = 16;

/** The first generation of Shelly: one plain number a topic, `shellies/<id>/emeter/0/total`. */
export const shellyGen1: Shape = {
  name: 'Shelly Gen1',
  isPartial: true,
  recognises: ({ levels }) => levels[0] === 'shellies' && levels.length >= 3,
  read(message) {
    const [, deviceId = '', part = '', channel = '', field] = message.levels;
    if (part === 'online') return [readOnline(new Statement(deviceId), message)];
    if (part === 'info') return readInfo(deviceId, message);
    if (!CHANNEL.test(channel)) return [];
    const statement = new Statement(channelMeter(deviceId, channel, Number(channel) === 0));
    if (part === 'relay' && field === undefined) return [statement.takeRelay(relayState(message.text))];
    const fields =
      part === 'emeter' ? EMETER_FIELDS : part === 'relay' || part === 'meter' ? RELAY_FIELDS : {};
    const known = field !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (!known || message.levels.length > 5) return [];
    return [statement.take(known[0], message.text, known[1], `${part}/${channel}/${field ?? ''}`)];
  },
};

function readOnline(statement: Statement, { text }: DeviceMessage): Statement {
  if (text === 'true') statement.event = 'online';
  else if (text === 'false') statement.event = 'offline';
  return statement;
}

/** `shellies/<id>/info` holds the whole status: `emeters` in Wh, `meters` in watt-minutes, `relays`. */
function readInfo(deviceId: string, message: DeviceMessage): Statement[] {
  const source = objectOf(message);
  return [
    ...readList(deviceId, source['emeters'], (statement, item) => {
      if (item['is_valid'] === false) return;
      for (const [name, [field, unit]] of Object.entries(EMETER_FIELDS)) {
        statement.take(field, item[name === 'reactive_power' ? 'reactive' : name], unit, `emeters.${name}`);
      }
    }),
    ...readList(deviceId, source['meters'], (statement, item) => {
      if (item['is_valid'] === false) return;
      statement.take('powerW', item['power'], 'W', 'meters.power');
      statement.take('energyWh', item['total'], 'Wmin', 'meters.total');
    }),
    ...readList(deviceId, source['relays'], (statement, item) => {
      statement.takeRelay(relayState(item['ison']));
    }),
  ];
}

function readList(
  deviceId: string,
  list: unknown,
  fill: (statement: Statement, item: Record<string, unknown>) => void,
): Statement[] {
  if (!Array.isArray(list)) return [];
  const statements: Statement[] = [];
  for (const [channel, value] of list.slice(0, MAX_CHANNELS).entries()) {
    const item: unknown = value;
    if (!isObject(item)) continue;
    const statement = new Statement(channelMeter(deviceId, channel, channel === 0));
    fill(statement, item);
    statements.push(statement);
  }
  return statements;
}
