import { required, type RelaySettings } from '../relay-settings';
import {
  isStanding,
  PLAIN,
  type CommandToSend,
  type DeviceCommand,
  type Dialect,
  type RelayWord,
} from './dialect';
import { modbusBody, modbusFrame } from './modbus-frame';

const READ_COILS = 1;
const READ_REGISTERS = 3;
const WRITE_COIL = 5;
const WRITE_REGISTERS = 16;
/** A coil is written as all ones or all zeros in its high byte (MODBUS Application Protocol V1.1b3, §6.5). */
const COIL_ON = 0xff00;
const DDS238_RELAY = 0x1a;

/** What a Modbus node takes as its payload. */
function request(fc: number, unit: number, address: number, value: unknown): Record<string, unknown> {
  return { fc, unitid: unit, address, quantity: 1, ...(value === null ? {} : { value }) };
}

const words = (...values: number[]): number[] => values.flatMap((value) => [value >>> 8, value & 0xff]);

/** Writes, and reads back at once: what stands in the register is the relay's own word. */
function writeAndRead(
  { meterId, settings }: CommandToSend,
  write: { request: Record<string, unknown>; body: number[] },
  read: { request: Record<string, unknown>; body: number[] },
): DeviceCommand[] {
  const asBytes = settings.form === 'frame';
  return [write, read].map((step) => ({
    topic: meterId,
    payload: asBytes ? modbusFrame(step.body) : step.request,
  }));
}

/** The load relay of the DDS238-2 ZN/SR: register 0x1A holds 0 or 1 and is written with function 16 only. */
export const dds238: Dialect = {
  ...PLAIN,
  way: 'wire',
  write: (command) => {
    const unit = required(command.settings, 'unit');
    const register = command.settings.register ?? DDS238_RELAY;
    const value = command.desired === 'on' ? 1 : 0;
    return writeAndRead(
      command,
      {
        request: request(WRITE_REGISTERS, unit, register, [value]),
        body: [unit, WRITE_REGISTERS, ...words(register, 1), 2, ...words(value)],
      },
      {
        request: request(READ_REGISTERS, unit, register, null),
        body: [unit, READ_REGISTERS, ...words(register, 1)],
      },
    );
  },
  read: (payload, settings) => readModbus(payload, settings, READ_REGISTERS),
};

/** A coil, written with function 5 and read with function 1. */
export const modbusCoil: Dialect = {
  ...PLAIN,
  way: 'wire',
  write: (command) => {
    const unit = required(command.settings, 'unit');
    const coil = command.settings.register ?? 0;
    const isOn = command.desired === 'on';
    return writeAndRead(
      command,
      {
        request: request(WRITE_COIL, unit, coil, isOn),
        body: [unit, WRITE_COIL, ...words(coil, isOn ? COIL_ON : 0)],
      },
      { request: request(READ_COILS, unit, coil, null), body: [unit, READ_COILS, ...words(coil, 1)] },
    );
  },
  read: (payload, settings) => readModbus(payload, settings, READ_COILS),
};

/** The values that a Modbus node read, or the bytes of an answer. The echo of a write is no proof and says nothing. */
function readModbus(payload: unknown, { unit }: RelaySettings, wantedFunction: number): RelayWord | null {
  if (payload instanceof Uint8Array) {
    const body = modbusBody(payload);
    if (body?.[0] !== unit || body?.[1] !== wantedFunction) return null;
    const [count, ...data] = body.subarray(2);
    if (count !== data.length) return null;
    return wantedFunction === READ_COILS
      ? wordOf((data[0] ?? NaN) & 1)
      : wordOf(((data[0] ?? NaN) << 8) | (data[1] ?? NaN));
  }
  return Array.isArray(payload) ? wordOf(payload[0]) : null;
}

function wordOf(value: unknown): RelayWord | null {
  if (value === 1 || value === true) return isStanding('on');
  return value === 0 || value === false ? isStanding('off') : null;
}
