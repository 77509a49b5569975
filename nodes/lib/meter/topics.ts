/** Where our own JSON meters live on a broker: `wk/<meterId>/reading`, `…/relay` up and `…/command` down. */
const TOPIC_ROOT = 'wk';
export const READING_FILTER = `${TOPIC_ROOT}/+/reading`;
export const RELAY_FILTER = `${TOPIC_ROOT}/+/relay`;

export const readingTopic = (meterId: string): string => `${TOPIC_ROOT}/${meterId}/reading`;
export const relayTopic = (meterId: string): string => `${TOPIC_ROOT}/${meterId}/relay`;
export const commandTopic = (meterId: string): string => `${TOPIC_ROOT}/${meterId}/command`;

/** The second level of a topic: for our own topics the meter or gateway that it belongs to. */
export function topicOwner(topic: string): string {
  const start = topic.indexOf('/') + 1;
  if (start === 0) return '';
  const end = topic.indexOf('/', start);
  return end === -1 ? topic.slice(start) : topic.slice(start, end);
}

/** Whether an MQTT topic matches a filter with `+` and a final `#` (MQTT 3.1.1 §4.7). */
export function topicMatches(filter: string, topic: string): boolean {
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  for (const [index, level] of filterLevels.entries()) {
    if (level === '#') return true;
    if (index >= topicLevels.length) return false;
    if (level !== '+' && level !== topicLevels[index]) return false;
  }
  return filterLevels.length === topicLevels.length;
}

/**
 * A matcher for one filter. The shape `a/+/b` of our own topics is matched without cutting the topic into levels,
 * since every reading passes here.
 */
export function compileFilter(filter: string): (topic: string) => boolean {
  const parts = filter.split('/+/');
  const [head, tail] = parts;
  if (parts.length !== 2 || head === undefined || tail === undefined || /[+#$]/.test(head + tail)) {
    return (topic) => topicMatches(filter, topic);
  }
  const start = `${head}/`;
  const end = `/${tail}`;
  return (topic) =>
    topic.length >= start.length + end.length &&
    topic.startsWith(start) &&
    topic.endsWith(end) &&
    topic.indexOf('/', start.length) === topic.length - end.length;
}

const isReadingTopic = compileFilter(READING_FILTER);
export const isRelayTopic = compileFilter(RELAY_FILTER);

/** Whether a message on this topic is owed to the ledger, so that nobody but its listener may acknowledge it. */
export function isMeterData(topic: string): boolean {
  return isReadingTopic(topic) || isRelayTopic(topic);
}

/** Denied by default: a device writes below its own name, except its command topic. */
export function mayPublish(identity: string, topic: string): boolean {
  if (identity === '' || !isOwn(identity, topic)) return false;
  return topic !== commandTopic(identity);
}

/** Denied by default: a device hears its own command topic and nothing else. */
export function maySubscribe(identity: string, filter: string): boolean {
  return identity !== '' && filter === commandTopic(identity);
}

function isOwn(identity: string, topic: string): boolean {
  return topic.startsWith(`${TOPIC_ROOT}/${identity}/`) && !identity.includes('/');
}
