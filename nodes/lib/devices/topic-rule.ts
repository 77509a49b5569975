import { compileFilter, mayPublish, maySubscribe, readingTopic } from '../meter/topics';
import { dialectTopics, type DeviceDialect } from './device-dialect';

/** Our longest topic has three levels; Home Assistant's have five, and a device may sort its own a little further. */
const MAX_TOPIC_LEVELS = 10;
const MAX_TOPIC_LENGTH = 256;
/** What begins so belongs to the broker, MQTT 3.1.1 §4.7.2. */
const BROKER_SIGN = '$';

/** What one device may do with topics. */
export interface TopicRule {
  mayWrite: (topic: string) => boolean;
  mayRead: (filter: string) => boolean;
  /** What its make says at every connect and nobody needs: dropped, not punished. */
  isIdle: (topic: string) => boolean;
}

/**
 * Denied by default: a device writes below its own name, except its command topic, and hears its command topic and
 * nothing else. A foreign dialect adds its own topics. Made once per connection, since every message is asked about.
 */
export function deviceRule(device: string, dialect: DeviceDialect): TopicRule {
  const { writes, reads, idle, isOneTopic } = dialectTopics(dialect, device);
  const usual = readingTopic(device);
  const canWrite = writes.map(compileFilter);
  const canHear = isOneTopic ? [] : reads.map(compileFilter);
  const mayWriteMore = (topic: string): boolean =>
    canWrite.some((matches) => matches(topic)) && !canHear.some((matches) => matches(topic));
  const isDropped = idle.map(compileFilter);
  return {
    isIdle: (topic) => isDropped.some((matches) => matches(topic)),
    // Nearly every message is a reading on its one topic, so that is asked first.
    mayWrite: (topic) =>
      topic === usual || (isReasonable(topic) && (mayPublish(device, topic) || mayWriteMore(topic))),
    mayRead: (filter) =>
      isReasonable(filter) &&
      (maySubscribe(device, filter) || reads.some((granted) => covers(granted, filter))),
  };
}

/** For a broker that is open: every topic but the broker's own. */
export const OPEN_RULE: TopicRule = {
  mayWrite: isReasonable,
  mayRead: isReasonable,
  isIdle: () => false,
};

/** A last will is a message of the device like any other; a topic cannot hold wildcards (MQTT 3.1.1 §3.3.2.1). */
export function mayLeaveWill(rule: TopicRule, topic: string): boolean {
  return rule.mayWrite(topic) && !topic.includes('+') && !topic.includes('#');
}

/** Whether every topic that matches `filter` matches `granted` as well (MQTT 3.1.1 §4.7.1). */
export function covers(granted: string, filter: string): boolean {
  const grantedLevels = granted.split('/');
  const levels = filter.split('/');
  for (const [index, level] of grantedLevels.entries()) {
    if (level === '#') return true;
    const asked = levels[index];
    if (asked === undefined || asked === '#') return false;
    if (level !== '+' && level !== asked) return false;
  }
  return levels.length === grantedLevels.length;
}

function isReasonable(topic: string): boolean {
  if (topic === '' || topic.length > MAX_TOPIC_LENGTH || topic.startsWith(BROKER_SIGN)) return false;
  let levels = 1;
  for (let slash = topic.indexOf('/'); slash !== -1; slash = topic.indexOf('/', slash + 1)) levels += 1;
  return levels <= MAX_TOPIC_LEVELS;
}
