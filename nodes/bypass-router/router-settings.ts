import { createHash } from 'node:crypto';
import { WAYS, type Way } from '../lib/bypass/way-health';
import { NETWORK_MEDIUM, serialMedium, type LinkMedium, type SerialWiring } from '../lib/neighbour/link';
import { hasPassword, readLinks } from '../lib/neighbour/link-names';
import type { BypassRouterSettings } from './bypass-router.config';
import type { LinkPlace } from './neighbour-links';

const MS_PER_SECOND = 1_000;
const MS_PER_DAY = 86_400_000;
const BYTES_PER_MEGABYTE = 1_000_000;
const NODE_NUMBERS = 65_534;

export interface GatewaySettings {
  ways: Way[];
  mostBytes: number;
  mostAgeMs: number;
  heartbeatMs: number;
  rotateAfterMs: number;
  links: LinkPlace[];
  wiring: SerialWiring;
  /** What is at the end of the wires of the flow. */
  wireMedium: LinkMedium;
}

/** Reads the settings of a gateway. Throws with the field and the value for whatever is wrong. */
export function gatewaySettings(config: BypassRouterSettings, linkPassword: string): GatewaySettings {
  const has = { direct: config.hasDirect, modem: config.hasModem, neighbour: config.hasNeighbours };
  const ways = WAYS.filter((way) => has[way]);
  if (ways.length === 0) throw new RangeError('choose at least one way up');
  // What is wrong here is never quoted: it is a password.
  if (hasPassword(config.links))
    throw new RangeError('links must not hold a password: set it as the MQTT password of this node');
  const links = readLinks(config.links).map(({ name }, at) => ({
    name,
    password: config.formerPasswords?.[at] ?? linkPassword,
  }));
  if (has.neighbour && links.length === 0) throw new RangeError('links must name at least one link');
  const wiring = { baudRate: atLeast('baudRate', config.baudRate, 1), isShared: config.isShared };
  return {
    ways,
    mostBytes: atLeast('outboxMegabytes', config.outboxMegabytes, 1) * BYTES_PER_MEGABYTE,
    mostAgeMs: atLeast('outboxDays', config.outboxDays, 1) * MS_PER_DAY,
    heartbeatMs: atLeast('heartbeatSeconds', config.heartbeatSeconds, 1) * MS_PER_SECOND,
    rotateAfterMs: atLeast('rotateDays', config.rotateDays, 0) * MS_PER_DAY,
    links,
    wiring,
    wireMedium: config.linkKind === 'network' ? NETWORK_MEDIUM : serialMedium(wiring),
  };
}

/** Neighbours tell each other apart by a short number. Drawn from the name, it needs no one to hand it out. */
export function nodeNumber(gatewayId: string): number {
  return 1 + (createHash('sha256').update(gatewayId).digest().readUInt32BE() % NODE_NUMBERS);
}

function atLeast(field: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new RangeError(`${field} must be a whole number from ${least}, got "${text}"`);
  return value;
}
