import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import packageJson from '../../package.json';

/** The folder of package.json. As a nodes folder of Node-RED it brings the palette as it was built. */
export const REPOSITORY = path.join(__dirname, '..', '..');
export const TYPESCRIPT_LOADER = pathToFileURL(require.resolve('tsx')).href;

const requireHere = createRequire(__filename);

/** How `npm start` runs Node.js. The limits are measured with the same, so that the ratios are fair. */
export const START_FLAGS: readonly string[] = packageJson.scripts.start
  .split(' ')
  .slice(1)
  .filter((word) => word.startsWith('--'));

/** A module of ours as users run it: compiled. The caller knows its type from the source. */
export const loadCompiled = (file: string): unknown =>
  requireHere(path.join(REPOSITORY, 'dist', 'nodes', file));
