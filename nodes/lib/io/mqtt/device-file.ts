import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { bookFromJson, bookToJson, EMPTY_BOOK, type DeviceBook } from '../../devices/device-book';
import { errorText } from '../../text/to-error';

/** One list for all brokers of a Node-RED: a device keeps its password wherever it connects. */
export const DEVICE_FILE = 'devices.json';
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
/** Writing takes milliseconds. */
const LEFT_BEHIND_MS = 10_000;

/** A line in the file's log: who did what to which device. */
export interface DeviceNote {
  atMs: number;
  by: string;
  did: string;
  device: string;
}

/** Keeps the devices of a broker in a file that only its owner can read. */
export class DeviceFile {
  private seen = '';
  private book: DeviceBook = EMPTY_BOOK;

  constructor(private readonly file: string) {}

  /** The devices as they stand in the file now, which another broker or an administrator may have changed. */
  read(): DeviceBook {
    const version = this.version();
    if (version === this.seen) return this.book;
    this.book = version === '' ? EMPTY_BOOK : this.parse();
    this.seen = version;
    return this.book;
  }

  /**
   * Replaces the file in one step and returns when it is on the disk: a password taken back stays so. The half that is
   * being written keeps every other process out meanwhile.
   */
  change(step: (book: DeviceBook) => DeviceBook, note: DeviceNote): void {
    const folder = dirname(this.file);
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    const half = `${this.file}.half`;
    const handle = openAlone(half);
    try {
      const book = step(this.read());
      writeSync(handle, JSON.stringify(bookToJson(book)));
      fsyncSync(handle);
      // Noted before it holds: what happened is never missing, and what failed after all can be seen in the list.
      appendFileSync(`${this.file}.log`, `${JSON.stringify(note)}\n`, { mode: OWNER_ONLY_FILE, flush: true });
      renameSync(half, this.file);
      this.book = book;
    } catch (error) {
      rmSync(half, { force: true });
      throw error;
    } finally {
      closeSync(handle);
    }
    syncFolder(folder);
    this.seen = this.version();
  }

  private parse(): DeviceBook {
    try {
      return bookFromJson(JSON.parse(readFileSync(this.file, 'utf8')));
    } catch (error) {
      throw new Error(`the devices in ${this.file} cannot be read: ${errorText(error)}`, { cause: error });
    }
  }

  /** Changes whenever the file does; empty when there is none. */
  private version(): string {
    const found = statSync(this.file, { throwIfNoEntry: false });
    return found === undefined ? '' : `${found.ino} ${found.mtimeMs} ${found.size}`;
  }
}

/** Opens a file that must not be there. One that a process left behind when it died is put away. */
function openAlone(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined && Date.now() - found.mtimeMs > LEFT_BEHIND_MS) rmSync(file);
  try {
    return openSync(file, 'wx', OWNER_ONLY_FILE);
  } catch (error) {
    throw new Error('the list of devices cannot be written, or somebody else is at it: try again', {
      cause: error,
    });
  }
}

/** A new name in a folder is on the disk only when the folder is. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
