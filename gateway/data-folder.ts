import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode, firstLine, StartFailure } from './start-failure';
import { DATA } from './settings';

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;
/** Takes every right of group and others away from whatever this process creates: ledger, flows, sessions. */
const OWNER_ONLY_UMASK = 0o077;

/** Where things lie in the data folder. */
export interface DataFolder {
  root: string;
  nodeRed: string;
  flows: string;
  sessions: string;
  login: string;
  credentialSecret: string;
  lock: string;
  failureReport: string;
}

function placesIn(root: string): DataFolder {
  const nodeRed = path.join(root, 'node-red');
  return {
    root,
    nodeRed,
    flows: path.join(nodeRed, 'flows.json'),
    sessions: path.join(nodeRed, '.sessions.json'),
    login: path.join(root, 'editor-login.json'),
    credentialSecret: path.join(root, 'credential-secret'),
    lock: path.join(root, 'wattkeeper.lock'),
    failureReport: path.join(root, 'last-failure.txt'),
  };
}

/**
 * Creates what is missing, readable by the owner only. A folder that exists keeps its rights, since it may be
 * somebody's home; what this process writes into it is for the owner only in any case.
 */
export function openDataFolder(root: string): DataFolder {
  process.umask(OWNER_ONLY_UMASK);
  const folder = placesIn(root);
  try {
    mkdirSync(folder.nodeRed, { recursive: true, mode: OWNER_ONLY_FOLDER });
  } catch (error) {
    throw new StartFailure(
      `The data folder ${root} cannot be used (${firstLine(error)}); ${DATA.name} names another.`,
    );
  }
  return folder;
}

export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new StartFailure(`${file} cannot be read (${firstLine(error)}).`);
  }
}

/** After a power cut the file is either the old one or the new one, whole. */
export function writeOwnerOnly(file: string, text: string): void {
  const half = `${file}.half`;
  try {
    const handle = openSync(half, 'w', OWNER_ONLY_FILE);
    try {
      writeFileSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(half, file);
  } catch (error) {
    throw new StartFailure(`${file} cannot be written (${firstLine(error)}).`);
  }
}
