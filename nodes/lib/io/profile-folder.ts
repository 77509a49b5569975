import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { toError } from '../text/to-error';

export interface ProfileFile {
  name: string;
  value: unknown;
}

/** More files than this are no profiles. */
const MAX_FILES = 200;

/** The JSON files of a folder, in the order of their names; none when there is no such folder. Throws for broken JSON. */
export function readProfileFolder(folder: string): ProfileFile[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  if (names.length > MAX_FILES) throw new RangeError(`${folder} must hold at most ${MAX_FILES} profiles`);
  return names.sort().map((name) => ({ name, value: readProfile(path.join(folder, name)) }));
}

function readProfile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`the profile ${file} cannot be read: ${toError(error).message}`, { cause: error });
  }
}
