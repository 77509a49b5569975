import { commandTopic, READING_FILTER, RELAY_FILTER } from '../meter/topics';

/** Stands for the device's own name in the topics of its dialect. */
const OWN_NAME = '%';

/** What a way of speaking lets a device write and read beside its own topics below `wk/`. */
interface Grant {
  writes: readonly string[];
  reads: readonly string[];
  idle?: readonly string[];
  /** Says and hears on the same topics. Any other device may not write what it reads: those are commands. */
  isOneTopic?: boolean;
}

/**
 * The topics of devices that speak otherwise than we do. `gateway` and `zigbee2mqtt` speak for the meters behind them,
 * so whoever has their password can speak for any meter.
 */
const GRANTS = {
  own: { writes: [], reads: [] },
  tasmota: {
    writes: ['tele/%/#', 'stat/%/#'],
    reads: ['cmnd/%/#'],
    idle: ['cmnd/%/POWER', 'tasmota/discovery/+/+'],
  },
  shelly1: {
    writes: ['shellies/%/#', 'shellies/announce'],
    reads: ['shellies/%/command', 'shellies/%/+/+/command', 'shellies/command'],
  },
  // A Shelly of the second kind answers to the name that asked, and we ask as `wattkeeper`.
  shelly2: { writes: ['%/#', 'wattkeeper/rpc'], reads: ['%/rpc', '%/command', '%/command/+'] },
  esphome: {
    writes: ['%/#', 'homeassistant/+/%/+/config'],
    reads: ['%/+/+/command'],
    idle: ['esphome/discover/%'],
  },
  text: { writes: ['%', '%/#'], reads: ['%', '%/#'], isOneTopic: true },
  zigbee2mqtt: { writes: ['zigbee2mqtt/#'], reads: ['zigbee2mqtt/#'], isOneTopic: true },
  gateway: { writes: [READING_FILTER, RELAY_FILTER], reads: [commandTopic('+')] },
} satisfies Record<string, Grant>;

export type DeviceDialect = keyof typeof GRANTS;
export const DEVICE_DIALECTS = Object.keys(GRANTS) as DeviceDialect[];

/** Whether its frames hold readings of other meters than the one that the topic names. */
export const carriesOthers = (dialect: DeviceDialect): boolean => dialect === 'gateway';

export function isDeviceDialect(value: unknown): value is DeviceDialect {
  return typeof value === 'string' && Object.hasOwn(GRANTS, value);
}

/** The dialect in a request; our own when it names none. */
export function parseDeviceDialect(value: unknown): DeviceDialect {
  if (value === undefined || value === null || value === '') return 'own';
  if (isDeviceDialect(value)) return value;
  throw new RangeError(`the device must speak one of ${DEVICE_DIALECTS.join(', ')}`);
}

/** The filters that a dialect adds, with the device's name, or whatever stands for it, in its place. */
export function dialectTopics(dialect: DeviceDialect, name: string): Required<Grant> {
  const { writes, reads, idle = [], isOneTopic = false }: Grant = GRANTS[dialect];
  const named = (filter: string): string =>
    filter
      .split('/')
      .map((level) => (level === OWN_NAME ? name : level))
      .join('/');
  return { writes: writes.map(named), reads: reads.map(named), idle: idle.map(named), isOneTopic };
}
