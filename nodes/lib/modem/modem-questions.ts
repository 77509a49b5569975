import { AtFault } from './at-fault';
import { fieldsOf, infoLine } from './at-fields';
import { levelOf } from './boot-modem';
import {
  type BatteryFact,
  type Registration,
  type SignalFact,
  readBattery,
  readClock,
  readOperator,
  readRegistration,
  readSignal,
} from './modem-facts';
import type { StorageLevel } from './modem-state';

/** What a modem can be asked, and what the answer looks like. */
export interface ModemAnswers {
  signal: SignalFact;
  network: { registration: Registration };
  operator: { name: string | null };
  battery: BatteryFact;
  imei: { imei: string };
  iccid: { iccid: string };
  clock: { atMs: number | null };
  storage: StorageLevel;
}

interface Question<Answer> {
  readonly line: string;
  readonly read: (lines: readonly string[]) => Answer;
}

export const MODEM_QUESTIONS: { readonly [Name in keyof ModemAnswers]: Question<ModemAnswers[Name]> } = {
  signal: { line: 'AT+CSQ', read: (lines) => readSignal(infoLine(lines, '+CSQ:')) },
  network: {
    line: 'AT+CREG?',
    read: (lines) => ({ registration: readRegistration(infoLine(lines, '+CREG:')) }),
  },
  operator: { line: 'AT+COPS?', read: (lines) => ({ name: readOperator(infoLine(lines, '+COPS:')) }) },
  battery: { line: 'AT+CBC', read: (lines) => readBattery(infoLine(lines, '+CBC:')) },
  imei: { line: 'AT+CGSN', read: (lines) => ({ imei: digitsIn(lines, /\d{14,17}/, 'IMEI') }) },
  iccid: { line: 'AT+CCID', read: (lines) => ({ iccid: digitsIn(lines, /\d{18,20}/, 'ICCID') }) },
  clock: { line: 'AT+CCLK?', read: (lines) => ({ atMs: readClock(infoLine(lines, '+CCLK:')) }) },
  storage: {
    line: 'AT+CPMS?',
    read: (lines) => {
      const level = levelOf(fieldsOf(infoLine(lines, '+CPMS:')), 1);
      if (!level) throw new AtFault('garbled', 'the modem did not say how full its storage is');
      return level;
    },
  },
};

function digitsIn(lines: readonly string[], digits: RegExp, what: string): string {
  const found = lines.map((line) => digits.exec(line)?.[0]).find((text) => text !== undefined);
  if (found === undefined) throw new AtFault('garbled', `the modem answered without an ${what}`);
  return found;
}
