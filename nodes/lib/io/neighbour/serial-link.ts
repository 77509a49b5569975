import { type SerialWiring, serialMedium } from '../../neighbour/link';
import { SerialLine } from '../serial/serial-line';
import { PortLink } from './port-link';

export interface SerialLinkOptions extends SerialWiring {
  /** Such as `/dev/ttyUSB0`. */
  readonly path: string;
}

/**
 * A wire to neighbours: a UART with two ends, or RS-485 with many. An RS-485 adapter has to turn its driver on and off by
 * itself, as nearly all do. A port that is away is opened again when it comes back.
 */
export function openSerialLink({ path, ...wiring }: SerialLinkOptions): PortLink {
  return new PortLink(path, serialMedium(wiring), () => SerialLine.open(path, wiring.baudRate));
}
