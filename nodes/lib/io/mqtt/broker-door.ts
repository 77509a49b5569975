import { createHash, timingSafeEqual } from 'node:crypto';
import { deviceRule, OPEN_RULE, type TopicRule } from '../../devices/topic-rule';
import type { RefusalKind } from '../../devices/refusal-log';
import { isMeterId } from '../../meter/meter-id';
import type { DeviceDesk } from './device-desk';

/** `each`: every device has a password of its own; `shared`: one for all who have none, which may be empty. */
export type BrokerAccess = 'each' | 'shared';

export interface DoorOptions {
  access: BrokerAccess;
  /** The shared password. Empty lets in everybody who reaches the broker. */
  password: string;
  /** Lifts the topic rules: whoever connects may publish and hear everything but what is the broker's own. */
  isOpen: boolean;
  /** The devices with passwords of their own; null for a broker that knows none. */
  desk: DeviceDesk | null;
}

export interface Admission {
  rule: TopicRule;
  /** Which of its own passwords the device gave; null when it came with the shared one. */
  credential: string | null;
}

/** Thrown for whoever is not let in. */
export class NotAdmitted extends Error {
  constructor(
    readonly kind: RefusalKind,
    message: string,
  ) {
    super(message);
  }
}

/** Knows who is let in, and what it may do then. */
export class BrokerDoor {
  private readonly sharedDigest: Buffer;

  constructor(private readonly options: DoorOptions) {
    this.sharedDigest = digest(Buffer.from(options.password));
  }

  /** Rejects with `NotAdmitted`. */
  async admit(device: string, password: Buffer): Promise<Admission> {
    // A name becomes part of topics, where wildcards and slashes would speak for others.
    if (!isMeterId(device)) throw new NotAdmitted('name', 'it has no name that a device can have');
    const { access, desk, isOpen } = this.options;
    // Whoever had a password of its own needs one for ever: taking it back must not open the shared way.
    const dialect = desk?.dialectOf(device) ?? null;
    if (desk !== null && dialect !== null) {
      const found = await desk.check(device, password);
      if (found.kind === 'busy') throw new NotAdmitted('busy', 'too many passwords wait to be checked');
      if (found.kind === 'wrong') throw new NotAdmitted('login', 'wrong password');
      return { rule: isOpen ? OPEN_RULE : deviceRule(device, dialect), credential: found.credential };
    }
    if (access === 'each') throw new NotAdmitted('login', 'it has no password of its own');
    if (this.options.password !== '' && !timingSafeEqual(digest(password), this.sharedDigest))
      throw new NotAdmitted('login', 'wrong password');
    return { rule: isOpen ? OPEN_RULE : deviceRule(device, 'own'), credential: null };
  }
}

const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
