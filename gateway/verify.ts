import { existsSync } from 'node:fs';
import path from 'node:path';
import { verifyLedger } from '../nodes/lib/io/sqlite/verify-ledger';
import { readSettings } from './settings';
import { firstLine, StartFailure } from './start-failure';

/** `wattkeeper verify [file]`: looks a ledger through and names the first bad row of each kind. */
export function verify(file: string | undefined): Promise<number> {
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
