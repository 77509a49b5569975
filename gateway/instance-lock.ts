import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readIfThere, type DataFolder } from './data-folder';
import { DATA, MQTT_PORT, WEB_PORT } from './settings';
import { errorCode, firstLine, StartFailure } from './start-failure';

/** Who holds a data folder. */
interface Holder {
  processId: number;
  webPort: number;
  /** Tells this process from a later one with the same number, say after a power cut; empty where nothing can. */
  birth: string;
}

/** Takes the data folder for this process, so that two never work in one by accident. Returns the way to give it back. */
export function lockDataFolder(folder: DataFolder, webPort: number): () => void {
  const own: Holder = { processId: process.pid, webPort, birth: birthOf(process.pid) };
  try {
    takeLock(JSON.stringify(own), folder);
  } catch (error) {
    if (error instanceof StartFailure) throw error;
    throw new StartFailure(
      `The data folder ${folder.root} cannot be used (${firstLine(error)}); ${DATA.name} names another.`,
    );
  }
  return () => {
    if (holderOf(folder)?.processId === process.pid) rmSync(folder.lock, { force: true });
  };
}

/** The live process that holds the folder, or null when nobody does. */
export function holderOf(folder: DataFolder): Holder | null {
  const holder = parseHolder(readIfThere(folder.lock));
  return holder && isAlive(holder) ? holder : null;
}

function takeLock(content: string, folder: DataFolder): void {
  // Creating the file fails when it is there, on every file system, also on those of memory sticks.
  const create = (): void => writeFileSync(folder.lock, content, { flag: 'wx', mode: 0o600 });
  try {
    create();
    return;
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const holder = holderOf(folder);
  if (holder) {
    throw new StartFailure(
      `Wattkeeper already runs in ${folder.root} (process ${holder.processId}, port ${holder.webPort}). ` +
        `Stop it first, or give this one its own ${DATA.name}, ${WEB_PORT.name} and ${MQTT_PORT.name}.`,
    );
  }
  rmSync(folder.lock, { force: true });
  create();
}

function parseHolder(text: string | null): Holder | null {
  if (text === null) return null;
  try {
    const { processId, webPort, birth } = JSON.parse(text) as Partial<Holder>;
    if (!Number.isSafeInteger(processId) || typeof birth !== 'string') return null;
    return { processId: Number(processId), webPort: Number(webPort), birth };
  } catch {
    return null;
  }
}

function isAlive({ processId, birth }: Holder): boolean {
  try {
    process.kill(processId, 0);
  } catch (error) {
    // EPERM: there is such a process, and it is somebody else's.
    if (errorCode(error) !== 'EPERM') return false;
  }
  const birthNow = birthOf(processId);
  return birth === '' || birthNow === '' || birth === birthNow;
}

/** On Linux: which start of the machine, and how long after it the process began (proc(5), field 22 of `stat`). */
function birthOf(processId: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const fieldsAfterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot}:${fieldsAfterName[19] ?? ''}`;
  } catch {
    return '';
  }
}
