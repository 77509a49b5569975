import path from 'node:path';
import { readProfileFolder } from '../lib/io/profile-folder';
import { checkProfile } from '../lib/meter/shapes/check-profile';
import type { Profile } from '../lib/meter/shapes/profile';

/** Below the folder of the site. */
const PROFILE_FOLDER = 'profiles';

/** The operator's profiles: those of the dialog first, then the files. Throws for the first that is wrong, with its place. */
export function loadProfiles(ofDialog: readonly unknown[], dataFolder: string): Profile[] {
  const folder = path.join(dataFolder, PROFILE_FOLDER);
  const given = ofDialog.map((value, index) => ({ name: `profile ${index + 1} of the dialog`, value }));
  return [...given, ...readProfileFolder(folder)].map(({ name, value }) => {
    const checked = checkProfile(value);
    if (checked.ok) return checked.profile;
    throw new RangeError(`${name}: ${checked.problems.join('; ')}`);
  });
}
