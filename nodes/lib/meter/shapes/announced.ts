import { objectOf, type DeviceMessage } from './device-message';
import type { EntityRoute } from './home-assistant';
import { valueAt } from './json-path';
import type { Shape } from './shape';
import { isObject, relayState, Statement } from './statement';

/** Discovery messages of Home Assistant, which say what is on other topics, and those topics. */
export const announced: Shape = {
  name: 'Home Assistant',
  isPartial: true,
  recognises: (message, { routes }) => isDiscovery(message) || routes.has(message.topic),
  read(message, { routes, isBound = () => false }) {
    if (isDiscovery(message)) {
      if (isObject(message.json)) routes.learn(message.levels, objectOf(message), isBound);
      return [];
    }
    const statements = new Map<string, Statement>();
    for (const route of routes.of(message.topic)) {
      const statement = statements.get(route.meterId) ?? new Statement(route.meterId);
      statements.set(route.meterId, statement);
      takeRoute(statement, route, message);
    }
    return [...statements.values()];
  },
};

function isDiscovery({ levels }: DeviceMessage): boolean {
  return levels[0] === 'homeassistant' && levels.at(-1) === 'config' && levels.length >= 4;
}

function takeRoute(statement: Statement, route: EntityRoute, message: DeviceMessage): void {
  const raw = route.path.length === 0 ? message.text : valueAt(message.json, route.path);
  if (route.kind === 'field') {
    statement.take(route.field, raw, route.unit, route.path.join('.') || route.field);
  } else if (raw === route.on) statement.takeRelay('on');
  else if (raw === route.off) statement.takeRelay('off');
  else statement.takeRelay(relayState(raw));
}
