import { channelMeter, deviceTime, nameOf, objectOf, type DeviceMessage } from './device-message';
import type { FieldName } from './quantity';
import type { Shape } from './shape';
import { isObject, relayState, Statement, type PhaseField } from './statement';

/** `switch:0`, `em1data:0` and so on; the number is the channel. */
const COMPONENT = /^(switch|cover|light|pm1|em1|em1data|em|emdata):(\d{1,3})$/;
/** More components than any device has; it bounds what one message can make us do. */
const MAX_COMPONENTS = 64;

/** Fields that components of every kind share a spelling for. Registers count Wh. */
const FIELDS: readonly [string, FieldName, string][] = [
  ['apower', 'powerW', 'W'],
  ['act_power', 'powerW', 'W'],
  ['total_act_power', 'powerW', 'W'],
  ['aprtpower', 'apparentVa', 'VA'],
  ['aprt_power', 'apparentVa', 'VA'],
  ['total_aprt_power', 'apparentVa', 'VA'],
  ['voltage', 'voltageV', 'V'],
  ['current', 'currentA', 'A'],
  ['pf', 'powerFactor', ''],
  ['freq', 'frequencyHz', 'Hz'],
  ['total_act_energy', 'energyWh', 'Wh'],
  ['total_act_ret_energy', 'exportWh', 'Wh'],
  ['total_act', 'energyWh', 'Wh'],
  ['total_act_ret', 'exportWh', 'Wh'],
];
const PHASE_FIELDS: readonly [string, PhaseField, string][] = [
  ['voltage', 'voltageV', 'V'],
  ['current', 'currentA', 'A'],
  ['act_power', 'powerW', 'W'],
  ['pf', 'powerFactor', ''],
];

/**
 * Shelly from the second generation on. `<id>/status/<component>` and the notifications on `<id>/events/rpc` say only
 * what changed, so what is absent, or null, was not said.
 */
export const shellyGen2: Shape = {
  name: 'Shelly Gen2',
  isPartial: true,
  recognises({ levels, json }) {
    const leaf = levels.at(-1) ?? '';
    if (levels.at(-2) === 'status' && COMPONENT.test(leaf)) return true;
    if (leaf === 'rpc' && isObject(json)) return 'method' in json || 'result' in json;
    return leaf === 'online' && levels.length >= 2 && levels[0] !== 'shellies';
  },
  read(message) {
    const { levels, text } = message;
    const leaf = levels.at(-1) ?? '';
    if (leaf === 'rpc') return readNotification(message);
    if (leaf === 'online') {
      const statement = new Statement(nameOf(levels.slice(0, -1)));
      if (text === 'true') statement.event = 'online';
      else if (text === 'false') statement.event = 'offline';
      return [statement];
    }
    return readComponent(nameOf(levels.slice(0, -2)), leaf, objectOf(message), null);
  },
};

function readNotification(message: DeviceMessage): Statement[] {
  const source = objectOf(message);
  const isStatus = source['method'] === 'NotifyStatus' || source['method'] === 'NotifyFullStatus';
  const params = source['params'];
  if (!isStatus || !isObject(params)) return [];
  const { levels } = message;
  const deviceId = nameOf(levels.slice(0, levels.at(-2) === 'events' ? -2 : -1));
  const atMs = deviceTime(params['ts']);
  const components = Object.entries(params).slice(0, MAX_COMPONENTS);
  const statements = new Map<string, Statement>();
  for (const [name, status] of components) {
    if (!isObject(status)) continue;
    // The power of a channel is in `em1:0` and its register in `em1data:0`: one meter, one statement.
    for (const statement of readComponent(deviceId, name, status, atMs, statements)) {
      statements.set(statement.meterId, statement);
    }
  }
  return [...statements.values()];
}

function readComponent(
  deviceId: string,
  name: string,
  status: Record<string, unknown>,
  atMs: number | null,
  known?: ReadonlyMap<string, Statement>,
): Statement[] {
  const [, kind, channel] = COMPONENT.exec(name) ?? [];
  if (kind === undefined || channel === undefined) return [];
  const meterId = channelMeter(deviceId, channel, Number(channel) === 0);
  const statement = known?.get(meterId) ?? new Statement(meterId, atMs);
  for (const [key, field, unit] of FIELDS) statement.take(field, status[key], unit, `${name}.${key}`);
  const energy = status['aenergy'];
  if (isObject(energy)) statement.take('energyWh', energy['total'], 'Wh', `${name}.aenergy.total`);
  const returned = status['ret_aenergy'];
  if (isObject(returned)) statement.take('exportWh', returned['total'], 'Wh', `${name}.ret_aenergy.total`);
  for (const [index, letter] of ['a', 'b', 'c'].entries()) {
    for (const [key, field, unit] of PHASE_FIELDS) {
      statement.takePhase(index, field, status[`${letter}_${key}`], unit, `${name}.${letter}_${key}`);
    }
  }
  statement.takeFlags(status['errors'], `${name}.errors`);
  if (typeof status['output'] === 'boolean') statement.takeRelay(relayState(status['output']));
  return [statement];
}
