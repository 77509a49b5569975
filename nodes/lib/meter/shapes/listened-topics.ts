import { READING_FILTER, RELAY_FILTER } from '../topics';

/** What operators separate topics with. */
const SEPARATORS = /[\s,]+/;
const OURS = [READING_FILTER, RELAY_FILTER];

/**
 * Where devices that are understood without configuration speak on somebody else's broker, where not everything is
 * about meters and commands are heard as well as answers.
 */
const KNOWN = [
  ...OURS,
  'tele/#',
  'stat/#',
  'shellies/#',
  '+/status/#',
  '+/events/rpc',
  '+/online',
  'zigbee2mqtt/+',
  '+/sensor/+/state',
  '+/switch/+/state',
  'homeassistant/#',
];

/** The topics to listen to: those that were typed, or else everything that could be a meter. */
export function listenedTopics(typed: string, hearsDevicesOnly: boolean): readonly string[] {
  const given = typed.split(SEPARATORS).filter((topic) => topic !== '');
  if (given.length > 0) return [...new Set([...OURS, ...given])];
  return hearsDevicesOnly ? ['#'] : KNOWN;
}
