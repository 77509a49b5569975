import type { WallTime } from '../../time/wall-clock';
import { required } from '../relay-settings';
import {
  isStanding,
  PLAIN,
  type CommandToSend,
  type DeviceCommand,
  type Dialect,
  type RelayWord,
} from './dialect';

// DL/T 645-2007: frames in §5, control in §7.1.12, status word 3 in table A.5. Multi-byte fields go low byte first, and
// 0x33 is added to every byte of the data.
const START = 0x68;
const END = 0x16;
const WAKE = [0xfe, 0xfe, 0xfe, 0xfe];
const OFFSET = 0x33;
const CONTROL = 0x1c;
const CONTROL_DONE = 0x9c;
const READ = 0x11;
const READ_DONE = 0x91;
const TRIP = 0x1a;
const PERMIT_CLOSING = 0x1b;
const CLOSE = 0x1c;
const STATUS_WORD_3 = [0x03, 0x05, 0x00, 0x04];
/** Bit 4 of status word 3: 0 is closed, 1 is open. */
const RELAY_OPEN = 0x10;
const OPERATOR = [0, 0, 0, 0];
/** The level of the password and its three bytes, as they are typed: `02123456` is level 02, password 123456. */
const PASSWORD = /^[0-9]{8}$/;

/** A meter that speaks DL/T 645. It can be told to permit closing, which is done with a button on it. */
export const dlt645: Dialect = {
  ...PLAIN,
  way: 'wire',
  canArm: true,
  write: (command, { devicePassword, wallTime }) => {
    const address = required(command.settings, 'address');
    return [
      frame(command, address, CONTROL, controlData(command, devicePassword, wallTime(command.expiresMs))),
      frame(command, address, READ, STATUS_WORD_3),
    ];
  },
  read: (payload, { address = '' }) => (payload instanceof Uint8Array ? readFrame(payload, address) : null),
};

function controlData({ desired, arm }: CommandToSend, password: string, expires: WallTime): number[] {
  if (!PASSWORD.test(password))
    throw new RangeError(
      'the device password must be eight digits: the level and the six digits of DL/T 645',
    );
  const [level = 0, ...digits] = bytesOf(password);
  const order = desired === 'off' ? TRIP : arm ? PERMIT_CLOSING : CLOSE;
  const { second, minute, hour, day, month, year } = expires;
  const until = [second, minute, hour, day, month, year % 100].map(bcd);
  return [level, ...digits.reverse(), ...OPERATOR, order, 0, ...until];
}

function frame({ meterId }: CommandToSend, address: string, control: number, data: number[]): DeviceCommand {
  const head = [START, ...bytesOf(address).reverse(), START, control, data.length];
  const body = [...head, ...data.map((byte) => (byte + OFFSET) & 0xff)];
  return { topic: meterId, payload: Uint8Array.from([...WAKE, ...body, sum(body), END]) };
}

const bcd = (value: number): number => (Math.floor(value / 10) << 4) | (value % 10);
const sum = (bytes: readonly number[]): number => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);

/** Two digits a byte. */
function bytesOf(digits: string): number[] {
  return Array.from({ length: digits.length / 2 }, (_, index) =>
    parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** Reads what the meter of this address answers. Several may hang on one wire. */
function readFrame(bytes: Uint8Array, address: string): RelayWord | null {
  const start = bytes.indexOf(START);
  const length = bytes[start + 9] ?? 0;
  const body = bytes.subarray(start, start + 10 + length);
  const end = start + 10 + length;
  if (start < 0 || body.length < 10 || body[7] !== START) return null;
  if (bytes[end] !== sum([...body]) || bytes[end + 1] !== END) return null;
  if (
    !bytesOf(address)
      .reverse()
      .every((byte, index) => body[1 + index] === byte)
  )
    return null;
  // The meter has taken the order; how its relay stands is for the status word to say.
  if (body[8] === CONTROL_DONE) return { reported: null, isArmed: true };
  if (body[8] !== READ_DONE || length < 6) return null;
  const data = [...body.subarray(10)].map((byte) => (byte - OFFSET) & 0xff);
  if (!STATUS_WORD_3.every((byte, index) => data[index] === byte)) return null;
  return isStanding((data[4] ?? 0) & RELAY_OPEN ? 'off' : 'on');
}
