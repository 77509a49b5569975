import { commandTopic } from '../meter/topics';
import type { RelayIntent } from '../policy/supply-decision';

/** What goes to a device. */
export interface DeviceCommand {
  topic: string;
  payload: string;
}

export interface CommandToSend extends RelayIntent {
  /** The device ignores the command from this moment on, so that a late one never acts. */
  expiresMs: number;
}

/** One entry per way of speaking to a relay. */
const DIALECTS: Record<string, (command: CommandToSend) => DeviceCommand> = {
  json: ({ meterId, commandId, desired, version, expiresMs }) => ({
    topic: commandTopic(meterId),
    payload: JSON.stringify({ commandId, desired, version, expiresMs }),
  }),
};

export const DIALECT_NAMES: readonly string[] = Object.keys(DIALECTS);

export function writeCommand(dialect: string, command: CommandToSend): DeviceCommand {
  const write = DIALECTS[dialect];
  if (!write)
    throw new RangeError(`unknown relay dialect "${dialect}": use one of ${DIALECT_NAMES.join(', ')}`);
  return write(command);
}
