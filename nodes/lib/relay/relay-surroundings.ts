import type { Posting, PostingResult } from '../ledger/posting';
import type { RelayRecord, Store } from '../ledger/store';
import type { CommandToSend } from './dialects/dialect';
import type { RelayRules } from './relay-rules';
import type { RelayAlarm, RelayState } from './relay-state';

/** What the driver of relays needs of the world, so that it needs nothing else. */
export interface RelaySurroundings {
  store: Pick<Store, 'relay' | 'unsettledRelays' | 'relaySwitchings' | 'relayOfDevice' | 'relaysOff'>;
  rules: RelayRules;
  /** How much faster than real time the site's clock runs. */
  rate: number;
  nowMs: () => number;
  /** Runs something after a real time. Returns the way to prevent it. */
  schedule: (run: () => void, afterMs: number) => () => void;
  /** From 0 to below 1, each time another one. */
  chance: () => number;
  /** Tells this site's order of restores from any other's. */
  seed: string;
  /** Makes something durable. */
  post: (posting: Posting) => Promise<PostingResult>;
  isWayOpen: (relay: RelayRecord) => boolean;
  /** Sends a command and says on which topics. Throws when the command can not be put into words. */
  transmit: (relay: RelayRecord, command: CommandToSend) => string[];
  onState: (state: RelayState) => void;
  onAlarm: (alarm: RelayAlarm) => void;
  onError: (error: Error) => void;
  /** Called when what the counters say may have changed. */
  onChange: () => void;
}
