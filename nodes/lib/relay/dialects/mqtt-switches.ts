import { commandTopic } from '../../meter/topics';
import { channelMeter } from '../../meter/shapes/device-message';
import { TEXT_COMMANDS } from '../../meter/shapes/text-meter';
import type { SupplyState } from '../../ledger/account';
import { deviceOf, PLAIN, reportName, type CommandToSend, type Dialect } from './dialect';

const UPPER = { on: 'ON', off: 'OFF' } as const satisfies Record<SupplyState, string>;

/** The prepaid meter that hears ON and OFF and answers `meter is on`, on topics of its own. */
export const textMeter: Dialect = {
  ...PLAIN,
  reportsAs: reportName,
  reportFilters: ['wk/+/relay'],
  write: ({ meterId, desired, settings }) => [
    { topic: settings.topic ?? commandTopic(meterId), payload: TEXT_COMMANDS[desired] },
  ],
};

/** Tasmota: `cmnd/<device>/POWER<n>`; channels count from 1. */
export const tasmota: Dialect = {
  ...PLAIN,
  reportsAs: (meterId, settings) =>
    channelMeter(reportName(meterId, settings), settings.channel ?? '', (settings.channel ?? 1) === 1),
  reportFilters: ['stat/+/+', 'tele/+/STATE', 'tele/+/LWT'],
  write: (command) => [
    {
      topic: command.settings.topic ?? `cmnd/${deviceOf(command)}/POWER${command.settings.channel ?? ''}`,
      payload: UPPER[command.desired],
    },
  ],
};

const shellyName: Dialect['reportsAs'] = (meterId, settings) =>
  channelMeter(reportName(meterId, settings), settings.channel ?? 0, (settings.channel ?? 0) === 0);

/** The first generation of Shelly: `shellies/<device>/relay/<n>/command`; channels count from 0. */
export const shellyGen1: Dialect = {
  ...PLAIN,
  reportsAs: shellyName,
  reportFilters: ['shellies/+/relay/+', 'shellies/+/online'],
  write: (command) => [
    {
      topic:
        command.settings.topic ??
        `shellies/${deviceOf(command)}/relay/${command.settings.channel ?? 0}/command`,
      payload: command.desired,
    },
  ],
};

/** Shelly since its second generation: JSON-RPC on `<device>/rpc`; the answer goes to `<src>/rpc`. */
export const shellyGen2: Dialect = {
  ...PLAIN,
  reportsAs: shellyName,
  reportFilters: ['+/status/+', '+/events/rpc', '+/online'],
  write: (command) => [
    {
      topic: command.settings.topic ?? `${deviceOf(command)}/rpc`,
      payload: JSON.stringify({
        id: command.version,
        src: `wattkeeper/${command.meterId}`,
        method: 'Switch.Set',
        params: { id: command.settings.channel ?? 0, on: command.desired === 'on' },
      }),
    },
  ],
};

/** Zigbee2MQTT: `zigbee2mqtt/<device>/set`; a device with several sockets names them `state_l2`. */
export const zigbee2mqtt: Dialect = {
  ...PLAIN,
  reportsAs: (meterId, settings) =>
    channelMeter(reportName(meterId, settings), settings.channel ?? 1, (settings.channel ?? 1) === 1),
  reportFilters: ['zigbee2mqtt/+', 'zigbee2mqtt/+/availability'],
  write: (command) => {
    const { channel, topic } = command.settings;
    const key = channel === undefined ? 'state' : `state_l${channel}`;
    return [
      {
        topic: topic ?? `zigbee2mqtt/${deviceOf(command)}/set`,
        payload: JSON.stringify({ [key]: UPPER[command.desired] }),
      },
    ];
  },
};

const DEFAULT_ENTITY = 'relay';

/** ESPHome: `<device>/switch/<entity>/command`. */
export const esphome: Dialect = {
  ...PLAIN,
  reportsAs: reportName,
  reportFilters: ['+/switch/+/state', '+/status'],
  write: (command) => [
    {
      topic:
        command.settings.topic ??
        `${deviceOf(command)}/switch/${command.settings.entity ?? DEFAULT_ENTITY}/command`,
      payload: UPPER[command.desired],
    },
  ],
};

/**
 * A switch as Home Assistant's discovery describes it: ON and OFF unless it says otherwise, on a topic that it names,
 * which is `topic` here.
 */
export const homeAssistant: Dialect = {
  ...PLAIN,
  reportsAs: reportName,
  reportFilters: ['homeassistant/switch/+/config', 'homeassistant/switch/+/state'],
  write: (command) => [
    {
      topic: command.settings.topic ?? `homeassistant/switch/${deviceOf(command)}/set`,
      payload: wordFor(command),
    },
  ],
};

function wordFor({ desired, settings }: CommandToSend): string {
  return (desired === 'on' ? settings.textOn : settings.textOff) ?? UPPER[desired];
}
