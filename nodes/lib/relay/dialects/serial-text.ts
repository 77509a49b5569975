import { required } from '../relay-settings';
import { isStanding, PLAIN, type Dialect } from './dialect';

const DEFAULT_IS_ON = 'ON';
const DEFAULT_IS_OFF = 'OFF';

/** A relay board that takes lines of text on a serial port. `\r` and `\n` may be written out. */
export const serialText: Dialect = {
  ...PLAIN,
  way: 'wire',
  confirm: ({ textIsOn }) => (textIsOn === undefined ? 'none' : 'report'),
  write: ({ meterId, desired, settings }) => [
    {
      topic: meterId,
      payload: unescape(required(settings, desired === 'on' ? 'textOn' : 'textOff')),
    },
  ],
  read: (payload, { textIsOn = DEFAULT_IS_ON, textIsOff = DEFAULT_IS_OFF }) => {
    if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) return null;
    const text = typeof payload === 'string' ? payload : Buffer.from(payload).toString('latin1');
    const line = text.trim();
    if (line === unescape(textIsOn).trim()) return isStanding('on');
    return line === unescape(textIsOff).trim() ? isStanding('off') : null;
  },
};

function unescape(text: string): string {
  return text.replaceAll('\\r', '\r').replaceAll('\\n', '\n');
}
