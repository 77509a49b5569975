import { channelMeter, nameOf } from './device-message';
import { readEntityName } from './entity-name';
import type { Shape } from './shape';
import { relayState, Statement } from './statement';

const COMPONENTS = new Set(['sensor', 'switch']);
/** They say `online` of themselves, and are no meters. */
const OTHERS = new Set(['homeassistant', 'zigbee2mqtt']);

/**
 * ESPHome: one plain number a topic, `<prefix>/sensor/<name>/state`, told apart by its name. Some of its drivers count
 * Wh and some kWh, so the unit of energy comes from the name or from the discovery message that it sends to Home Assistant.
 */
export const esphome: Shape = {
  name: 'ESPHome',
  isPartial: true,
  recognises({ levels, text }) {
    const leaf = levels.at(-1);
    if (leaf === 'status' && levels.length >= 2 && !OTHERS.has(levels[0] ?? '')) {
      return text === 'online' || text === 'offline';
    }
    return (
      levels.length >= 4 && COMPONENTS.has(levels.at(-3) ?? '') && (leaf === 'state' || leaf === 'command')
    );
  },
  read({ topic, levels, text }, { routes }) {
    const leaf = levels.at(-1);
    if (leaf === 'command') return [];
    if (leaf === 'status') {
      const statement = new Statement(nameOf(levels.slice(0, -1)));
      statement.event = text === 'online' ? 'online' : 'offline';
      return [statement];
    }
    const deviceId = nameOf(levels.slice(0, -3));
    const name = levels.at(-2) ?? '';
    if (levels.at(-3) === 'switch') return [new Statement(deviceId).takeRelay(relayState(text))];
    const entity = readEntityName(name);
    if (!entity) return [];
    const unit = routes.unitOf(topic, entity.field) ?? entity.unit;
    const meterId = channelMeter(deviceId, entity.channel, entity.channel === '');
    return [new Statement(meterId).take(entity.field, text, unit, name)];
  },
};
