import { existsSync } from 'node:fs';
import path from 'node:path';
import { verifyLedger } from '../nodes/lib/io/sqlite/verify-ledger';
import { readSettings } from './settings';
import { firstLine, StartFailure } from './start-failure';

const HELP = `Usage: wattkeeper verify [file]

Looks a whole ledger through without changing it, and names the first bad row of each kind. Without a file it is
ledger.sqlite in the data folder (WATTKEEPER_DATA). It may run beside a running Wattkeeper. The exit code is 0 when the
ledger is sound, and 1 when it is not.`;

/** `wattkeeper verify [file]`: looks a ledger through and names the first bad row of each kind. */
export function verify(file: string | undefined): Promise<number> {
  if (file === '--help' || file === '-h') {
    console.log(HELP);
    return Promise.resolve(0);
  }
  const dataFolder = (): string => readSettings(process.env, process.cwd()).dataFolder;
  const ledger = file ?? path.join(dataFolder(), 'ledger.sqlite');
  if (!existsSync(ledger)) throw new StartFailure(`There is no ledger at ${ledger}: name its file.`);
  const isSound = look(ledger);
  console.log(isSound ? `${ledger} is sound.` : `${ledger} is NOT sound.`);
  return Promise.resolve(isSound ? 0 : 1);
}

function look(ledger: string): boolean {
  try {
    return verifyLedger(ledger, ({ check, fault }) => {
      console.log(fault === null ? `ok      ${check}` : `FAILED  ${check}: ${fault}`);
    });
  } catch (error) {
    throw new StartFailure(`${ledger} cannot be read as a ledger: ${firstLine(error)}.`);
  }
}
