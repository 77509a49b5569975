import { commandTopic, READING_FILTER, readingTopic, RELAY_FILTER, relayTopic } from '../meter/topics';
import type { DeviceBook } from './device-book';
import { dialectTopics } from './device-dialect';
import { isUserName } from './device-name';

/** How Mosquitto writes the user name of whoever is connected in a pattern. */
const USER = '%u';

/** What Mosquitto needs to hold devices to our topic rule. */
export interface MosquittoFiles {
  /** For `acl_file`. */
  acl: string;
  /** For `password_file`. */
  passwords: string;
}

/** Who reads the meters and commands the relays: ourselves. */
export interface HeadEnd {
  name: string;
  /** Its password as Mosquitto keeps it. */
  mosquitto: string;
}

/**
 * The rules for Mosquitto. What no line allows is denied there. A device gets its own topics one by one rather than its
 * whole subtree, since the commands live there too.
 */
export function mosquittoFiles(book: DeviceBook, headEnd: HeadEnd): MosquittoFiles {
  const { name } = headEnd;
  if (!isUserName(name)) throw new RangeError(`"${name}" cannot be a user name of Mosquitto`);
  if (book.devices.has(name))
    throw new RangeError(`${name} is a device: give the broker's own login another name`);
  const devices = [...book.devices.values()].filter(({ credentials }) => credentials.length > 0);
  const dialects = [...new Set(devices.map(({ dialect }) => dialect))].map((each) =>
    dialectTopics(each, '+'),
  );
  const acl = [
    '# Whoever bills: hears every meter, commands every relay.',
    `user ${name}`,
    `topic read ${READING_FILTER}`,
    `topic read ${RELAY_FILTER}`,
    `topic write ${commandTopic('+')}`,
    ...dialects.flatMap(({ writes }) => writes).map((filter) => `topic read ${filter}`),
    ...dialects.flatMap(({ reads }) => reads).map((filter) => `topic write ${filter}`),
    '',
    '# Every device: says its own, hears its own commands.',
    `pattern write ${readingTopic(USER)}`,
    `pattern write ${relayTopic(USER)}`,
    `pattern read ${commandTopic(USER)}`,
  ];
  for (const { name: device, dialect } of devices) {
    const { writes, reads } = dialectTopics(dialect, device);
    if (writes.length > 0) acl.push('', `user ${device}`);
    acl.push(
      ...writes.map((filter) => `topic write ${filter}`),
      ...reads.map((filter) => `topic read ${filter}`),
    );
  }
  const passwords = [passwordLine(name, headEnd.mosquitto)];
  for (const { name: device, credentials } of devices) {
    const [newest] = credentials;
    // Mosquitto knows one password per user: a former one ends as soon as it reads this file.
    if (newest !== undefined) passwords.push(passwordLine(device, newest.mosquitto));
  }
  return { acl: linesToText(acl), passwords: linesToText(passwords) };
}

const passwordLine = (name: string, hash: string): string => `${name}:${hash}`;

const linesToText = (lines: string[]): string => `${lines.join('\n')}\n`;
