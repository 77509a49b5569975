import { commandTopic } from '../../meter/topics';
import { PLAIN, type Dialect } from './dialect';

/**
 * What is signed, field by field and in this order, so that nobody has to agree on how JSON is written. The meter is
 * part of it: a command for one meter is no command for another that has the same key.
 */
export function signedText(
  meterId: string,
  fields: { commandId: string; desired: string; version: number; expiresMs: number; arm: boolean },
): string {
  const { commandId, desired, version, expiresMs, arm } = fields;
  return [meterId, commandId, desired, version, expiresMs, arm ? 'arm' : 'act'].join('\n');
}

/** Our own meters: a command with its end, and a signature when the site has a key. They answer with its id. */
export const ownJson: Dialect = {
  ...PLAIN,
  canArm: true,
  write: ({ meterId, commandId, desired, version, expiresMs, arm, settings }, { sign }) => {
    const command = { commandId, desired, version, expiresMs, ...(arm ? { arm } : {}) };
    const signature = sign?.(meterId, signedText(meterId, { ...command, arm }));
    return [
      {
        topic: settings.topic ?? commandTopic(meterId),
        payload: JSON.stringify(signature === undefined ? command : { ...command, signature }),
      },
    ];
  },
};
