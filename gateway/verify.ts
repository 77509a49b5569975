import path from 'node:path';
import { verifyLedger } from '../nodes/lib/io/sqlite/verify-ledger';
import { readSettings } from './settings';

/** `wattkeeper verify [file]`: looks a ledger through and names the first bad row of each kind. */
export function verify(file: string | undefined): Promise<number> {
  const ledger = file ?? path.join(readSettings(process.env, process.cwd()).dataFolder, 'ledger.sqlite');
  const isSound = verifyLedger(ledger, ({ check, fault }) => {
    console.log(fault === null ? `ok      ${check}` : `FAILED  ${check}: ${fault}`);
  });
  console.log(isSound ? `${ledger} is sound.` : `${ledger} is NOT sound.`);
  return Promise.resolve(isSound ? 0 : 1);
}
