import { isMeterId } from '../meter-id';
import { belongsTo, channelMeter, senderOf } from './device-message';
import { readEntityName, wordsOf } from './entity-name';
import { parseJsonPath, type JsonPath } from './json-path';
import type { FieldName } from './quantity';
import { isObject } from './statement';
import type { Binding } from './understood';

/** Where a value of a meter is found, as a discovery message says. */
export type EntityRoute = { meterId: string; path: JsonPath } & (
  { kind: 'field'; field: FieldName; unit: string } | { kind: 'relay'; on: string; off: string }
);

/** The short names in use for what we read (Home Assistant, "MQTT discovery", supported abbreviations). */
const LONG_NAMES: Readonly<Record<string, string>> = {
  stat_t: 'state_topic',
  cmd_t: 'command_topic',
  unit_of_meas: 'unit_of_measurement',
  dev_cla: 'device_class',
  stat_cla: 'state_class',
  val_tpl: 'value_template',
  uniq_id: 'unique_id',
  obj_id: 'object_id',
  dev: 'device',
  cmps: 'components',
  p: 'platform',
  ids: 'identifiers',
  pl_on: 'payload_on',
  pl_off: 'payload_off',
  stat_on: 'state_on',
  stat_off: 'state_off',
};

/** Device classes that a meter has, and how the field is named when the name of the entity does not say it. */
const DEVICE_CLASSES: Readonly<Record<string, FieldName>> = {
  energy: 'energyWh',
  power: 'powerW',
  voltage: 'voltageV',
  current: 'currentA',
  power_factor: 'powerFactor',
  frequency: 'frequencyHz',
  reactive_power: 'reactiveVar',
  apparent_power: 'apparentVa',
};

const MAX_TOPICS = 5_000;
/** Of one device that may speak for itself only, so that it cannot take the places of all others. */
const MAX_TOPICS_OF_DEVICE = 250;
const MAX_ROUTES_PER_TOPIC = 32;
const MAX_COMPONENTS = 64;
/** Longer topics are refused by our broker; what is remembered of strangers has to be small. */
const MAX_TOPIC_LENGTH = 256;
/** Of a unit, or of what a switch says. */
const MAX_WORD_LENGTH = 64;
/** `{{ value_json.a.b | float }}`: a path, and filters that leave the value what it is. */
const TEMPLATE =
  /^\{\{-?\s*value(?:_json)?([\w.[\]'":-]*?)\s*(?:\|\s*(?:float|int|round)(?:\([^()|]{0,16}\))?\s*){0,3}-?\}\}$/;

type Entity = Record<string, unknown>;

/** Who announces something, and whether it may speak for itself only. */
interface Announcer {
  name: string;
  isBound: boolean;
}

/** What discovery messages have said about topics. Bounded: past it, new topics are not learned, and counted. */
export class EntityRoutes {
  /** Announcements that were understood and found no room, or spoke of others. */
  dropped = 0;
  private readonly byTopic = new Map<string, EntityRoute[]>();
  /** How many topics each bound device has taken up. */
  private readonly taken = new Map<string, number>();

  has(topic: string): boolean {
    return this.byTopic.has(topic);
  }

  of(topic: string): readonly EntityRoute[] {
    return this.byTopic.get(topic) ?? [];
  }

  /** The unit in which a topic gives a field, as the device itself announced it. */
  unitOf(topic: string, field: FieldName): string | undefined {
    const route = this.of(topic).find((one) => one.kind === 'field' && one.field === field);
    return route?.kind === 'field' ? route.unit : undefined;
  }

  /**
   * Takes in one discovery message: an entity, or a device with all its entities. A bound device announces what it says
   * itself; otherwise it could have the topics of its neighbours read in its own way.
   */
  learn(levels: readonly string[], message: Entity, isBound: Binding): void {
    const name = senderOf(levels) ?? '';
    const announcer = { name, isBound: isBound(name) };
    const config = expand(message);
    const component = levels[1] ?? '';
    const objectId = levels.at(-2) ?? '';
    const nodeId = levels.length > 4 ? (levels[2] ?? '') : '';
    const parts = config['components'];
    if (component !== 'device' || !isObject(parts)) {
      this.learnEntity(announcer, component, objectId, nodeId, config);
      return;
    }
    for (const [part, entity] of Object.entries(parts).slice(0, MAX_COMPONENTS)) {
      if (!isObject(entity)) continue;
      const whole = { ...config, ...expand(entity) };
      this.learnEntity(announcer, textOf(whole, 'platform'), part, objectId, whole);
    }
  }

  private learnEntity(
    announcer: Announcer,
    component: string,
    objectId: string,
    nodeId: string,
    entity: Entity,
  ): void {
    const topic = textOf(entity, 'state_topic');
    const path = templatePath(textOf(entity, 'value_template'));
    if (topic === '' || path === null) return;
    const route = routeOf(component, objectId, nodeId, entity, path);
    if (!route) return;
    if (announcer.isBound) route.meterId = ownName(route.meterId, announcer.name);
    if (!isToldBy(announcer, topic) || !isSmall(route, topic) || !this.add(topic, route, announcer))
      this.dropped += 1;
  }

  /** False when there is no room. */
  private add(topic: string, route: EntityRoute, { name, isBound }: Announcer): boolean {
    const routes = this.byTopic.get(topic);
    if (!routes) {
      const taken = this.taken.get(name) ?? 0;
      if (this.byTopic.size >= MAX_TOPICS || (isBound && taken >= MAX_TOPICS_OF_DEVICE)) return false;
      if (isBound) this.taken.set(name, taken + 1);
      this.byTopic.set(topic, [route]);
      return true;
    }
    const same = routes.findIndex((one) => identity(one) === identity(route));
    if (same >= 0) routes[same] = route;
    else if (routes.length < MAX_ROUTES_PER_TOPIC) routes.push(route);
    else return false;
    return true;
  }
}

function isToldBy({ name, isBound }: Announcer, topic: string): boolean {
  return !isBound || senderOf(topic.split('/')) === name;
}

/**
 * A device that is known by a number of its own, such as its hardware address, is one of the meters of whoever announces
 * it, as a channel would be: two of them behind one name never become one register.
 */
function ownName(meterId: string, announcer: string): string {
  return belongsTo(meterId, announcer) ? meterId : channelMeter(announcer, meterId, false);
}

function isSmall(route: EntityRoute, topic: string): boolean {
  const words = route.kind === 'field' ? route.unit : route.on + route.off;
  return topic.length <= MAX_TOPIC_LENGTH && words.length <= MAX_WORD_LENGTH && isMeterId(route.meterId);
}

const identity = (route: EntityRoute): string =>
  `${route.meterId} ${route.kind === 'field' ? route.field : route.kind}`;

function routeOf(
  component: string,
  objectId: string,
  nodeId: string,
  entity: Entity,
  path: JsonPath,
): EntityRoute | null {
  const device = isObject(entity['device']) ? expand(entity['device']) : {};
  const deviceId = deviceName(device, nodeId, objectId);
  const deviceWords = new Set([deviceId, nodeId, textOf(device, 'name')].flatMap(wordsOf));
  if (component === 'switch') {
    const on = textOf(entity, 'state_on') || textOf(entity, 'payload_on') || 'ON';
    const off = textOf(entity, 'state_off') || textOf(entity, 'payload_off') || 'OFF';
    return { kind: 'relay', meterId: deviceId, path, on, off };
  }
  const deviceClass = textOf(entity, 'device_class');
  if (component !== 'sensor' || !Object.hasOwn(DEVICE_CLASSES, deviceClass)) return null;
  const kind = DEVICE_CLASSES[deviceClass];
  if (!kind || (kind === 'energyWh' && !textOf(entity, 'state_class').startsWith('total'))) return null;
  const named = readEntityName(objectId, deviceWords);
  // `daily_energy` is a total that starts again; its name is the only thing that says so.
  if (kind === 'energyWh' && !named && wordsOf(objectId).includes('energy')) return null;
  const field = kind === 'energyWh' && named?.field === 'exportWh' ? 'exportWh' : kind;
  const channel = named?.field === field ? named.channel : '';
  const meterId = channelMeter(deviceId, channel, channel === '');
  return { kind: 'field', meterId, path, field, unit: textOf(entity, 'unit_of_measurement') };
}

function deviceName(device: Entity, nodeId: string, objectId: string): string {
  const identifiers = device['identifiers'];
  const first: unknown = Array.isArray(identifiers) ? identifiers[0] : identifiers;
  const name = typeof first === 'string' ? first : nodeId || textOf(device, 'name') || objectId;
  return name.replace(/[/+#\s]+/g, '_');
}

function templatePath(template: string): JsonPath | null {
  if (template === '') return [];
  const found = template.length <= 200 ? TEMPLATE.exec(template.trim()) : null;
  return found ? parseJsonPath((found[1] ?? '').replace(/^\./, '')) : null;
}

/** Short names become long ones, and `~` in a topic becomes the base topic (at its start or its end). */
function expand(message: Entity): Entity {
  const base = textOf(message, '~');
  const expanded: Entity = {};
  for (const [key, value] of Object.entries(message)) {
    const name = Object.hasOwn(LONG_NAMES, key) ? (LONG_NAMES[key] ?? key) : key;
    expanded[name] = typeof value === 'string' && name.endsWith('topic') ? withBase(value, base) : value;
  }
  return expanded;
}

function withBase(topic: string, base: string): string {
  if (base === '') return topic;
  if (topic.startsWith('~')) return base + topic.slice(1);
  return topic.endsWith('~') ? topic.slice(0, -1) + base : topic;
}

function textOf(source: Entity, key: string): string {
  const value = Object.hasOwn(source, key) ? source[key] : undefined;
  return typeof value === 'string' ? value : '';
}
