import { deviceOfTopic, MIN_AT_MS } from './device-message';
import { obisSerial, takeObis } from './obis';
import type { Shape } from './shape';
import { Statement } from './statement';

/** A telegram of a three-phase meter with gas has about 40 lines. */
const MAX_LINES = 500;
const END = /!([0-9A-Fa-f]{0,4})\s*$/;
const LINE = /^([0-9CF][0-9A-F:.*-]{2,23})\(([^()]{0,128})\)/;
/** DSMR 5.0.2 §5.4: YYMMDDhhmmss and S for summer, W for winter time in central Europe. */
const TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SW])$/;

/** A DSMR P1 telegram, or an IEC 62056-21 readout in mode C or D: lines of `code(value*unit)` from `/` to `!`. */
export const p1Telegram: Shape = {
  name: 'P1/DSMR',
  isPartial: false,
  recognises: ({ text }) => text.startsWith('/') && text.includes('('),
  read(message) {
    const { text, payload, levels } = message;
    const end = END.exec(text);
    const deviceId = deviceOfTopic(levels);
    if (!end) return [new Statement(deviceId || 'P1').refuse('payload', text, 'the telegram has no end')];
    const lines = text
      .split(/\r?\n/, MAX_LINES)
      .map((line) => LINE.exec(line))
      .filter((line) => line !== null);
    const meterId = deviceId || (serialOf(lines) ?? '');
    const statement = new Statement(meterId, timeOf(lines));
    const given = end[1] ?? '';
    // Some meters leave out leading zeros, so the numbers are compared and not their digits.
    if (given !== '' && parseInt(given, 16) !== checksum(payload, text)) {
      return [statement.refuse('crc', given, 'the checksum does not fit the telegram')];
    }
    for (const [, code = '', value = ''] of lines) takeObis(statement, code, value);
    return [statement];
  },
};

function serialOf(lines: readonly RegExpExecArray[]): string | undefined {
  for (const [, code = '', value = ''] of lines) {
    const serial = obisSerial(code, value);
    if (serial !== undefined) return serial;
  }
  return undefined;
}

function timeOf(lines: readonly RegExpExecArray[]): number | null {
  const line = lines.find(([, code]) => code === '0-0:1.0.0');
  const found = TIME.exec(line?.[2] ?? '');
  if (!found) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const offsetHours = found[7] === 'S' ? 2 : 1;
  const atMs = Date.UTC(2000 + year, month - 1, day, hour - offsetHours, minute, second);
  return atMs >= MIN_AT_MS ? atMs : null;
}

/** CRC-16/ARC over the bytes from `/` to `!`, both included (DSMR 5.0.2 §5.2). */
function checksum(payload: unknown, text: string): number {
  const bytes =
    payload instanceof Uint8Array ? payload : Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);
  let crc = 0;
  for (let index = bytes.indexOf(START); index >= 0 && index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
    if (byte === STOP) break;
  }
  return crc;
}
const START = '/'.charCodeAt(0);
const STOP = '!'.charCodeAt(0);
