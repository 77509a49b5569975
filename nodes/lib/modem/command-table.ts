/** What is known of one command: how its answer ends, how long that may take, and whether it may be repeated. */
export interface CommandRow {
  /** From the moment the last byte was written; what arrives meanwhile does not move it. */
  readonly deadlineMs: number;
  /** For a command with a body: from the command to the prompt. */
  readonly promptMs: number;
  /** A line that ends the answer well. */
  readonly final: RegExp;
  /** A line that ends the answer badly, besides the errors every command knows. */
  readonly failure: RegExp | null;
  /** Lines of the answer that an unsolicited line could be taken for. */
  readonly info: RegExp | null;
  /** Lines of the answer without a prefix of their own. */
  readonly bare: RegExp | null;
  /** An end without an info line before it belongs to another command. */
  readonly needsInfo: boolean;
  /** The OK comes before the line that ends the answer. */
  readonly isOkFirst: boolean;
  /** Doing it twice is the same as doing it once. */
  readonly isIdempotent: boolean;
  /** Its parameters are nobody's business. */
  readonly isSecret: boolean;
  /** Unsolicited lines that mean no answer will come. */
  readonly abort: RegExp | null;
  /** How many raw bytes follow an info line. */
  readonly raw: RegExp | null;
}

const OK = /^OK$/;
const HEX = /^[0-9A-Fa-f]{2,}$/;
const ANY = /^[^+^*]/;

const DEFAULT: CommandRow = {
  deadlineMs: 5_000,
  promptMs: 5_000,
  final: OK,
  failure: null,
  info: null,
  bare: null,
  needsInfo: false,
  isOkFirst: false,
  isIdempotent: true,
  isSecret: false,
  abort: null,
  raw: null,
};

const NEVER = /$^/;

/** By the command's name. Deadlines are those of the SIM800 series AT command manual. */
const ROWS: Readonly<Record<string, Partial<CommandRow>>> = {
  ATI: { bare: ANY },
  'AT+CMEE': { deadlineMs: 1_000 },
  'AT+CGMI': { bare: ANY },
  'AT+CGMM': { bare: ANY },
  'AT+CGMR': { bare: /./ },
  'AT+CGSN': { bare: /^\d{14,17}$/ },
  'AT+CIMI': { bare: /^\d{5,16}$/ },
  'AT+CCID': { bare: /^[0-9]{18,20}[0-9A-Fa-f]{0,2}$/, info: /^(\+CCID|ICCID):/ },
  'AT+CPIN': { isIdempotent: false, isSecret: true },
  'AT+CREG': { info: /^\+CREG: *\d, *\d *(,|$)/ },
  'AT+CGREG': { info: /^\+CGREG: *\d, *\d *(,|$)/ },
  'AT+COPS': { deadlineMs: 45_000 },
  'AT+CFUN': { deadlineMs: 10_000 },
  'AT+CPMS': { deadlineMs: 10_000 },
  'AT+CMGL': { deadlineMs: 20_000, bare: HEX },
  'AT+CMGR': { deadlineMs: 5_000, bare: HEX },
  // After a start another message may lie in the slot.
  'AT+CMGD': { deadlineMs: 25_000, isIdempotent: false },
  'AT+CMGS': { deadlineMs: 60_000, isIdempotent: false },
  'AT+CMGW': { deadlineMs: 15_000, isIdempotent: false },
  'AT+CPBR': { deadlineMs: 15_000 },
  'AT+CPBF': { deadlineMs: 15_000 },
  'AT+CPBW': { deadlineMs: 15_000, isIdempotent: false },
  // Its answer comes when the network has one, so it is always an unsolicited line.
  'AT+CUSD': { deadlineMs: 20_000, isIdempotent: false, isSecret: true, info: NEVER },
  'AT+CPOWD': { deadlineMs: 10_000, final: /^NORMAL POWER DOWN$/ },
  'AT+CGATT': { deadlineMs: 75_000 },
  'AT+CSTT': { isSecret: true },
  'AT+CIICR': { deadlineMs: 85_000 },
  'AT+CIFSR': { deadlineMs: 10_000, final: /^\d{1,3}(\.\d{1,3}){3}$/ },
  'AT+CIPSHUT': { deadlineMs: 65_000, final: /^SHUT OK$/ },
  'AT+CIPSTATUS': { final: /^STATE: ?./, isOkFirst: true, needsInfo: true },
  'AT+CIPSTART': { isIdempotent: false },
  'AT+CIPCLOSE': { deadlineMs: 10_000, final: /^CLOSE OK$/ },
  'AT+CIPSEND': {
    deadlineMs: 30_000,
    final: /^(SEND OK|DATA ACCEPT: ?\d+)$/,
    failure: /^SEND FAIL$/,
    abort: /^(CLOSED|\+PDP: ?DEACT)$/,
    isIdempotent: false,
  },
  // What was read is gone from the modem, so reading again reads on.
  'AT+CIPRXGET': {
    info: /^\+CIPRXGET: ?[2-4],/,
    raw: /^\+CIPRXGET: ?2,(\d+),/,
    isIdempotent: false,
  },
};

/** Every row of its own, so that a test can go through all of them. */
export const NAMED_COMMANDS: readonly string[] = Object.keys(ROWS);

/** `AT+CMGS=25` → `AT+CMGS`. */
export function commandName(line: string): string {
  return /^AT[+^*#&]?[A-Za-z]*/.exec(line)?.[0].toUpperCase() ?? line;
}

export function rowOf(line: string): CommandRow {
  const name = commandName(line);
  const row = ROWS[name] ?? {};
  const prefix = name.slice(2).replace(/[+*^#]/g, '\\$&');
  const isQuestion = line.endsWith('?');
  return {
    ...DEFAULT,
    info: new RegExp(`^${prefix}:`),
    ...row,
    // A question changes nothing and tells nothing secret by itself.
    ...(isQuestion ? { isIdempotent: true, isSecret: false, needsInfo: true } : {}),
  };
}

/** A command as it may be shown to anybody. */
export function shownCommand(line: string): string {
  return rowOf(line).isSecret ? `${commandName(line)}=***` : line;
}

/** The errors every command can end with. */
export const GENERAL_FAILURE = /^(ERROR|COMMAND NOT SUPPORT|\+CM([ES]) ERROR: ?(.*))$/;
