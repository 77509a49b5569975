import { readingTopic, relayTopic } from '../topics';

/** A retained message that introduces one value of a meter to Home Assistant. */
export interface DiscoveryMessage {
  topic: string;
  payload: string;
}

interface AnnouncedField {
  field: string;
  name: string;
  deviceClass: string;
  unit: string;
  stateClass: 'total_increasing' | 'measurement';
}

const ANNOUNCED_FIELDS: readonly AnnouncedField[] = [
  { field: 'energyWh', name: 'Energy', deviceClass: 'energy', unit: 'Wh', stateClass: 'total_increasing' },
  {
    field: 'exportWh',
    name: 'Energy returned',
    deviceClass: 'energy',
    unit: 'Wh',
    stateClass: 'total_increasing',
  },
  { field: 'powerW', name: 'Power', deviceClass: 'power', unit: 'W', stateClass: 'measurement' },
  { field: 'voltageV', name: 'Voltage', deviceClass: 'voltage', unit: 'V', stateClass: 'measurement' },
  { field: 'currentA', name: 'Current', deviceClass: 'current', unit: 'A', stateClass: 'measurement' },
];

/** Object ids of Home Assistant are letters, digits, `_` and `-`; other signs become their number, so none collide. */
const objectIdOf = (meterId: string): string =>
  meterId.replace(/[^A-Za-z0-9-]/g, (sign) => `_${sign.codePointAt(0)?.toString(16) ?? ''}_`);

/** The discovery messages of a meter that speaks our own JSON on `wk/<meter>/reading`. */
export function discoveryMessages(meterId: string, discoveryPrefix = 'homeassistant'): DiscoveryMessage[] {
  const id = objectIdOf(meterId);
  const device = { identifiers: [meterId], name: meterId };
  const sensors = ANNOUNCED_FIELDS.map(({ field, name, deviceClass, unit, stateClass }) => ({
    topic: `${discoveryPrefix}/sensor/${id}/${field}/config`,
    payload: JSON.stringify({
      name,
      unique_id: `wk-${id}-${field}`,
      state_topic: readingTopic(meterId),
      // A reading without the field leaves the last value as it was.
      value_template: `{{ value_json.${field} if value_json.${field} is defined else this.state }}`,
      device_class: deviceClass,
      unit_of_measurement: unit,
      state_class: stateClass,
      device,
    }),
  }));
  return [...sensors, relayMessage(meterId, id, device, discoveryPrefix)];
}

/** The relay is shown and can not be switched from there: only a decision of ours may command it. */
function relayMessage(meterId: string, id: string, device: object, prefix: string): DiscoveryMessage {
  return {
    topic: `${prefix}/binary_sensor/${id}/relay/config`,
    payload: JSON.stringify({
      name: 'Supply',
      unique_id: `wk-${id}-relay`,
      state_topic: relayTopic(meterId),
      value_template: '{{ value_json.reported }}',
      payload_on: 'on',
      payload_off: 'off',
      device_class: 'power',
      device,
    }),
  };
}
