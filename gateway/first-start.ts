import { randomBytes } from 'node:crypto';
import { copyFileSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readIfThere, writeOwnerOnly, type DataFolder } from './data-folder';
import { firstLine, StartFailure } from './start-failure';

const SECRET_BYTES = 32;

/** The key of the passwords inside flows. Made once; without it they cannot be read again. */
export function readOrMakeCredentialSecret(folder: DataFolder): string {
  const stored = readIfThere(folder.credentialSecret)?.trim();
  if (stored !== undefined && stored !== '') return stored;
  const sealed = path.join(folder.nodeRed, 'flows_cred.json');
  if (existsSync(sealed)) {
    throw new StartFailure(
      `${folder.credentialSecret} is missing. Put it back from a backup, or remove ${sealed} and enter the flows' passwords again.`,
    );
  }
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  writeOwnerOnly(folder.credentialSecret, `${secret}\n`);
  return secret;
}

/** Gives a new data folder its first flow. A flow file that exists is the user's and is left alone. */
export function provideFirstFlow(folder: DataFolder, packageRoot: string): void {
  if (existsSync(folder.flows)) return;
  const quickStart = findQuickStart(path.join(packageRoot, 'examples', 'quick-start'));
  if (quickStart === null) return;
  try {
    copyFileSync(quickStart, folder.flows, constants.COPYFILE_EXCL);
  } catch (error) {
    throw new StartFailure(`${folder.flows} cannot be written (${firstLine(error)}).`);
  }
}

function findQuickStart(examples: string): string | null {
  if (!existsSync(examples)) return null;
  const name = readdirSync(examples)
    .filter((file) => file.endsWith('.json'))
    .sort()[0];
  return name === undefined ? null : path.join(examples, name);
}
