import { givePulse } from '../lib/io/gpio/give-pulse';
import { realSchedule } from '../lib/io/serial/real-schedule';
import { SerialLine } from '../lib/io/serial/serial-line';
import { TcpPort } from '../lib/io/serial/tcp-port';
import type { ModemWiring } from '../lib/modem/byte-port';
import { baudRatesOf, oneOf, powerKeyOf, wholeSetting } from '../lib/modem/port-settings';
import { errorText } from '../lib/text/to-error';
import type { ModemPortConfig } from './modem-port.config';

/** A TCP connection has no rate; the number stands for all of them. */
const ANY_RATE = 0;

/** The ways to a modem that its settings name. `onError` hears what only a person can mend. */
export function modemWiring(config: ModemPortConfig, onError: (error: Error) => void): ModemWiring {
  const key = powerKeyOf(config);
  const wiring = { schedule: realSchedule, ...lineOf(config) };
  if (!key) return wiring;
  const pressPowerKey = async (): Promise<void> => {
    try {
      await givePulse(key.line, key.pulseMs, process.env);
    } catch (error) {
      // The ladder goes on without it, but a key that cannot be pressed is for a person to mend.
      onError(new Error(`the power key: ${errorText(error)}`, { cause: error }));
      throw error;
    }
  };
  return { ...wiring, pressPowerKey };
}

function lineOf({
  via,
  path,
  baudRate,
  host,
  port,
}: ModemPortConfig): Pick<ModemWiring, 'baudRates' | 'openPort'> {
  if (oneOf('via', via, ['serial', 'tcp'] as const) === 'serial') {
    if (path.trim() === '') throw new RangeError('path must name a device such as /dev/ttyUSB0, got ""');
    return { baudRates: baudRatesOf(baudRate), openPort: (rate) => SerialLine.open(path.trim(), rate) };
  }
  if (host.trim() === '') throw new RangeError('host must be a name or an address, got ""');
  const tcpPort = wholeSetting('port', port, 1, 65_535);
  return { baudRates: [ANY_RATE], openPort: () => TcpPort.open(host.trim(), tcpPort) };
}
