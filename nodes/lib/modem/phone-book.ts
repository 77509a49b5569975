import { AtFault } from './at-fault';
import { fieldsOf, quoted, wholeNumber } from './at-fields';
import type { CommandLanes } from './command-lanes';

/** One entry; the name as the modem writes it in its character set. */
export interface PhoneBookEntry {
  readonly index: number;
  readonly number: string;
  readonly rawName: string;
}

const INTERNATIONAL = 145;
const NATIONAL = 129;
/** CME error 22: nothing there. */
const NOT_FOUND = 22;

/** The SIM's phone book. */
export class PhoneBook {
  constructor(private readonly lanes: CommandLanes) {}

  /** First and last index there can be. */
  async range(): Promise<{ first: number; last: number }> {
    const { lines } = await this.lanes.run('ask', 'AT+CPBR=?');
    const found = /\((\d+)-(\d+)\)/.exec(lines[0] ?? '');
    if (!found) throw new AtFault('garbled', 'the modem did not say how large its phone book is');
    return { first: Number(found[1]), last: Number(found[2]) };
  }

  async read(first: number, last = first): Promise<PhoneBookEntry[]> {
    return await this.entries(`AT+CPBR=${checkIndex(first)},${checkIndex(last)}`);
  }

  /** Entries whose name begins with the text, as far as the modem can search. */
  async search(rawName: string): Promise<PhoneBookEntry[]> {
    return await this.entries(`AT+CPBF=${quoted(rawName, 'the name')}`);
  }

  /** Without an index the modem takes the first free one. */
  async write(index: number | null, number: string, rawName: string): Promise<void> {
    if (!/^\+?[0-9*#]{1,40}$/.test(number))
      throw new AtFault('invalid', 'the number holds a wrong character');
    const type = number.startsWith('+') ? INTERNATIONAL : NATIONAL;
    const place = index === null ? '' : checkIndex(index);
    await this.lanes.run('ask', `AT+CPBW=${place},"${number}",${type},${quoted(rawName, 'the name')}`);
  }

  async erase(index: number): Promise<void> {
    await this.lanes.run('ask', `AT+CPBW=${checkIndex(index)}`);
  }

  private async entries(line: string): Promise<PhoneBookEntry[]> {
    try {
      return (await this.lanes.run('ask', line)).lines.flatMap(entryOf);
    } catch (thrown) {
      if (thrown instanceof AtFault && thrown.code === NOT_FOUND) return [];
      throw thrown;
    }
  }
}

function checkIndex(index: number): number {
  if (!Number.isInteger(index) || index < 1 || index > 9_999)
    throw new AtFault('invalid', 'an index of the phone book is a whole number from 1');
  return index;
}

function entryOf(line: string): PhoneBookEntry[] {
  const [index, number, , rawName] = fieldsOf(line);
  const at = wholeNumber(index);
  return at === null ? [] : [{ index: at, number: number ?? '', rawName: rawName ?? '' }];
}
