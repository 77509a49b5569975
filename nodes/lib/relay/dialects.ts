import type { CommandToSend, DeviceCommand, Dialect, DialectContext } from './dialects/dialect';
import { dlms } from './dialects/dlms';
import { dlt645 } from './dialects/dlt645';
import { gpio, latching } from './dialects/gpio-line';
import { dds238, modbusCoil } from './dialects/modbus';
import {
  esphome,
  homeAssistant,
  shellyGen1,
  shellyGen2,
  tasmota,
  textMeter,
  zigbee2mqtt,
} from './dialects/mqtt-switches';
import { ownJson } from './dialects/own-json';
import { serialText } from './dialects/serial-text';
import { parseRelaySettings, type Confirmation, type RelaySettings } from './relay-settings';

/** One entry per way of speaking to a relay. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  json: ownJson,
  text: textMeter,
  tasmota,
  'shelly-gen1': shellyGen1,
  'shelly-gen2': shellyGen2,
  zigbee2mqtt,
  esphome,
  'home-assistant': homeAssistant,
  dds238,
  'modbus-coil': modbusCoil,
  dlt645,
  dlms,
  gpio,
  latching,
  serial: serialText,
};

export const DIALECT_NAMES: readonly string[] = Object.keys(DIALECTS);

export function dialectNamed(name: string): Dialect {
  const dialect = Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined;
  if (!dialect)
    throw new RangeError(`unknown relay dialect "${name}": use one of ${DIALECT_NAMES.join(', ')}`);
  return dialect;
}

export function writeCommand(name: string, command: CommandToSend, context: DialectContext): DeviceCommand[] {
  return dialectNamed(name).write(command, context);
}

/** What makes a command to this relay count as done. */
export function confirmationOf(name: string, settings: RelaySettings): Confirmation {
  const { confirm } = dialectNamed(name);
  return settings.confirm ?? (typeof confirm === 'function' ? confirm(settings) : confirm);
}

/** A probe with everything in it that only a real command has, to find out what a dialect misses. */
const PROBE = { commandId: 'x', version: 1, issuedMs: 0, expiresMs: 0, arm: false } as const;
const PROBE_CONTEXT: DialectContext = {
  sign: null,
  devicePassword: '00000000',
  wallTime: () => ({ year: 2000, month: 1, day: 1, hour: 0, minute: 0, second: 0 }),
};

/** Reads the relay of a registration: its dialect, its settings, and the name under which it will report. */
export function parseRelayEntry(
  meterId: string,
  relay: unknown,
): { dialect: string; settings: RelaySettings; device: string } {
  const named: unknown =
    typeof relay === 'object' && relay !== null && 'dialect' in relay ? relay.dialect : 'json';
  const name = typeof named === 'string' ? named : String(named);
  if (!DIALECT_NAMES.includes(name))
    throw new RangeError(`relay.dialect must be one of ${DIALECT_NAMES.join(', ')}, got "${name}"`);
  const settings = relay === undefined || relay === null ? {} : parseRelaySettings(relay);
  const dialect = dialectNamed(name);
  for (const desired of ['on', 'off'] as const)
    dialect.write({ ...PROBE, meterId, desired, settings }, PROBE_CONTEXT);
  return { dialect: name, settings, device: dialect.reportsAs(meterId, settings) };
}
