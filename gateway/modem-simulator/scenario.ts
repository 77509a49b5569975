/** When something goes wrong: at a time, again and again, or at the nth time a command comes. */
export type Occasion =
  | { atMs: number }
  | { everyMs: number }
  /** `nth` counts from 1; left out, it happens every time. */
  | { command: string; nth?: number };

export type Mishap =
  /** The command is not answered; `isCarriedOut` says whether it is done all the same. */
  | { kind: 'silence'; isCarriedOut: boolean }
  /** The modem answers this instead. */
  | { kind: 'answer'; lines: readonly string[] }
  /** Unsolicited lines, between the lines of the answer when it happens at a command. */
  | { kind: 'say'; lines: readonly string[] }
  | { kind: 'noise'; hex: string }
  | { kind: 'noPrompt' }
  /** The prompt comes, and nothing after the body; `isSent` says whether the text goes out. */
  | { kind: 'silentAfterBody'; isSent: boolean; lateByMs?: number }
  /** The modem starts anew; without `isSaid` it does not say RDY. */
  | { kind: 'reset'; isSaid?: boolean }
  | { kind: 'simOut'; forMs: number }
  | { kind: 'noNetwork'; forMs: number }
  /** Nothing goes through the air although the modem says it is registered; a radio cycle cures it. */
  | { kind: 'staleRadio' }
  /** No answer to anything until this is done to it. */
  | { kind: 'deaf'; cure: 'reopen' | 'powerKey' }
  /** A message comes in as it is. */
  | { kind: 'receive'; pdu: string }
  /** A text comes in, in as many messages as it needs. */
  | { kind: 'receiveText'; from: string; text: string }
  /** The far side closes the TCP connection. */
  | { kind: 'farSideCloses' }
  | { kind: 'bearerLost' }
  /** Connected, and nothing goes through any more. */
  | { kind: 'deadConnection' }
  /** The port itself goes away, as a USB modem's does. */
  | { kind: 'portGone' };

export interface Incident {
  readonly when: Occasion;
  readonly what: Mishap;
}

/** What the modem is when it is switched on. */
export interface ModemSetup {
  /** 0 finds the rate by itself and says no RDY. */
  baudRate: number;
  isEchoOn: boolean;
  /** Empty: the SIM asks for none. */
  pin: string;
  pinTries: number;
  iccid: string;
  imei: string;
  isSimIn: boolean;
  storageSize: number;
  storedPdus: readonly string[];
  /** 3GPP TS 27.007 clause 7.2. */
  registration: number;
  searchMs: number;
  rssi: number;
  ussd: Readonly<Record<string, string>>;
  /** What the last user left: a half-typed message or a send that waits for bytes. */
  halfTyped: 'nothing' | 'message' | 'data';
  apn: string;
  knowsUcs2: boolean;
  /** How long the network takes with a text. */
  submitMs: number;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly setup?: Partial<ModemSetup>;
  /** The most bytes the modem hands over at once; 0 leaves them together. */
  readonly chunkBytes?: number;
  readonly incidents?: readonly Incident[];
}

export const PLAIN_SETUP: ModemSetup = {
  baudRate: 115_200,
  isEchoOn: true,
  pin: '',
  pinTries: 3,
  iccid: '8997701234567890123',
  imei: '490154203237518',
  isSimIn: true,
  storageSize: 20,
  storedPdus: [],
  registration: 1,
  searchMs: 2_000,
  rssi: 18,
  ussd: { '*400#': 'Balance: Rs 87.50' },
  halfTyped: 'nothing',
  apn: 'internet',
  knowsUcs2: true,
  submitMs: 1_500,
};
