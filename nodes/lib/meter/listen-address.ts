const THIS_MACHINE = new Set(['127.0.0.1', '::1', 'localhost']);
/** The port that IANA registered for MQTT. */
const MQTT_PORT = 1883;
const MAX_PORT = 65_535;

/** Whether an address is only reached from this machine itself. */
export function isThisMachine(host: string): boolean {
  return THIS_MACHINE.has(host);
}

/** Node-RED leaves `${NAME}` as it is when the environment has no such variable. */
const UNSET_VARIABLE = /^\$\{\w+\}$/;

/**
 * A port as it stands in a form or in the environment; left empty, or named after a variable that is not set, it is
 * MQTT's own. Port 0 takes any that is free.
 */
export function parseListenPort(text: string): number {
  const isOpen = text.trim() === '' || UNSET_VARIABLE.test(text);
  const port = isOpen ? MQTT_PORT : Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  throw new RangeError(`the port must be a number from 0 to ${MAX_PORT}, got "${text}"`);
}
