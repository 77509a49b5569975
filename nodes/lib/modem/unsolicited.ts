import { fieldsOf, wholeNumber } from './at-fields';

/** What the modem says without having been asked. */
export type Unsolicited =
  | { kind: 'started' }
  | { kind: 'booted' }
  | { kind: 'sim'; state: string }
  | { kind: 'textStored'; storage: string; slot: number }
  | { kind: 'textDirect'; pdu: string }
  | { kind: 'registration'; status: number }
  | { kind: 'ussd'; status: number; text: string; coding: number | null }
  | { kind: 'connect'; result: 'ok' | 'fail' | 'already' }
  | { kind: 'tcpClosed' }
  | { kind: 'bearerLost' }
  | { kind: 'dataWaiting' }
  | { kind: 'voltage'; text: string }
  | { kind: 'storageFull' }
  | { kind: 'powerDown' }
  /** The reference of a text whose command has been given up already. */
  | { kind: 'lateReference'; reference: number }
  | { kind: 'other'; line: string };

interface Row {
  readonly pattern: RegExp;
  /** How many lines belong together: a header and its PDU, or a quoted text with line ends in it. */
  readonly extent?: 'pdu' | 'quoted';
  readonly read: (line: string, body: string) => Unsolicited;
}

const slotNotice = (line: string): Unsolicited => {
  const [storage, index] = fieldsOf(line);
  const slot = wholeNumber(index);
  return slot === null ? { kind: 'other', line } : { kind: 'textStored', storage: storage ?? '', slot };
};

const ussdAnswer = (line: string): Unsolicited => {
  const found = /^\+CUSD: ?(\d)(?:, ?"([\s\S]*)"(?:, ?(\d+))?)?/.exec(line);
  if (!found) return { kind: 'other', line };
  return {
    kind: 'ussd',
    status: Number(found[1]),
    text: found[2] ?? '',
    coding: wholeNumber(found[3]),
  };
};

const registration = (line: string): Unsolicited => {
  const status = wholeNumber(fieldsOf(line)[0]);
  return status === null ? { kind: 'other', line } : { kind: 'registration', status };
};

const lateReference = (line: string): Unsolicited => {
  const reference = wholeNumber(fieldsOf(line)[0]);
  return reference === null ? { kind: 'other', line } : { kind: 'lateReference', reference };
};

const ROWS: readonly Row[] = [
  { pattern: /^RDY$/, read: () => ({ kind: 'started' }) },
  { pattern: /^(Call Ready|SMS Ready|\+CFUN: 1)$/, read: () => ({ kind: 'booted' }) },
  { pattern: /^\+CPIN: /, read: (line) => ({ kind: 'sim', state: line.slice(7).trim() }) },
  { pattern: /^\+C[MD][TS]I: ?"/, read: slotNotice },
  { pattern: /^\+(CMT|CDS): ?/, extent: 'pdu', read: (_line, body) => ({ kind: 'textDirect', pdu: body }) },
  { pattern: /^\+CREG: ?/, read: registration },
  { pattern: /^\+CUSD: ?/, extent: 'quoted', read: ussdAnswer },
  { pattern: /^CONNECT OK$/, read: () => ({ kind: 'connect', result: 'ok' }) },
  { pattern: /^CONNECT FAIL$/, read: () => ({ kind: 'connect', result: 'fail' }) },
  { pattern: /^ALREADY CONNECT$/, read: () => ({ kind: 'connect', result: 'already' }) },
  { pattern: /^CLOSED$/, read: () => ({ kind: 'tcpClosed' }) },
  { pattern: /^\+PDP: ?DEACT$/, read: () => ({ kind: 'bearerLost' }) },
  { pattern: /^\+CIPRXGET: ?1$/, read: () => ({ kind: 'dataWaiting' }) },
  { pattern: /^(UNDER|OVER)-VOLTAGE/, read: (line) => ({ kind: 'voltage', text: line }) },
  { pattern: /^(\+SMS FULL|\^SMMEMFULL|SMS FULL)/, read: () => ({ kind: 'storageFull' }) },
  { pattern: /^(NORMAL )?POWER DOWN$/, read: () => ({ kind: 'powerDown' }) },
  { pattern: /^\+CMGS: ?\d+$/, read: lateReference },
  { pattern: /^(RING$|NO CARRIER$|STATE: )/, read: (line) => ({ kind: 'other', line }) },
  {
    pattern: /^\+(CLIP|CRING|CGREG|CMTE|CTZV|CTZE|CIEV|CSQN|CGEV|COLP|CCWA|CSSI|CSSU|CENG|ECHOED|DTMF)\b/,
    read: (line) => ({ kind: 'other', line }),
  },
  { pattern: /^(\*PSUTTZ|\*PSNWID|DST|\^[A-Z]+)\b/, read: (line) => ({ kind: 'other', line }) },
];

/** A menu of a network has rarely more than ten lines. */
const MAX_QUOTED_LINES = 40;
const BOOT_LINE = /^(RDY|OK|ERROR)$/;

/** What became of a line that was shown to the collector. */
export type Collected = { taken: false } | { taken: true; message: Unsolicited | null };

const NOT_TAKEN: Collected = { taken: false };

/** Recognises unsolicited lines and puts together those that take more than one. */
export class UnsolicitedCollector {
  private pending: { row: Row; lines: string[] } | null = null;

  /** Forgets a message whose rest will not come any more. */
  clear(): void {
    this.pending = null;
  }

  /** The rest of a message that has begun; to be asked before anybody else gets the line. */
  takeRest(line: string): Collected {
    const pending = this.pending;
    if (!pending) return NOT_TAKEN;
    const { row, lines } = pending;
    if (row.extent === 'pdu') {
      this.pending = null;
      if (!/^[0-9A-Fa-f]+$/.test(line)) return NOT_TAKEN;
      return { taken: true, message: row.read(lines[0] ?? '', line) };
    }
    // A quotation mark that is never closed must not swallow the answers of commands.
    if (BOOT_LINE.test(line)) {
      this.pending = null;
      return NOT_TAKEN;
    }
    lines.push(line);
    const text = lines.join('\n');
    if (isOpenQuote(text) && lines.length < MAX_QUOTED_LINES) return { taken: true, message: null };
    this.pending = null;
    return { taken: true, message: row.read(text, '') };
  }

  /** A line that nobody else wants. */
  takeFirst(line: string): Collected {
    const row = ROWS.find(({ pattern }) => pattern.test(line));
    if (!row) return NOT_TAKEN;
    if (row.extent === 'pdu' || (row.extent === 'quoted' && isOpenQuote(line))) {
      this.pending = { row, lines: [line] };
      return { taken: true, message: null };
    }
    return { taken: true, message: row.read(line, '') };
  }
}

/** A quotation mark inside the text is not escaped, so only the end of the line tells whether the text is whole. */
function isOpenQuote(text: string): boolean {
  return text.includes('"') && !/"(, ?\d+)?$/.test(text.slice(text.indexOf('"') + 1));
}
