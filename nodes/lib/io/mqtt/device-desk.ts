import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  liveCredentials,
  summaries,
  withDevice,
  withNewPassword,
  withoutPasswords,
  type DeviceBook,
  type DeviceSummary,
} from '../../devices/device-book';
import type { DeviceDialect } from '../../devices/device-dialect';
import type { DeviceRequest } from '../../devices/device-request';
import { mosquittoFiles, type MosquittoFiles } from '../../devices/mosquitto-files';
import { DeviceFile, type DeviceNote } from './device-file';
import {
  hashDevicePassword,
  hashForMosquitto,
  isDevicePassword,
  makeDevicePassword,
} from './device-password';

/** Why a device is let in or not. `credential` says which of its passwords it gave. */
export type PasswordCheck =
  | { kind: 'right'; credential: string }
  | { kind: 'wrong' }
  /** Too many wait to be checked; the device may try again. */
  | { kind: 'busy' };

/** Hashing takes processor time that others need as well: so many may wait for it, the rest is turned away. */
const MAX_CHECKS_WAITING = 256;
/** Two at a time leave half of Node's four threads to everybody else. */
const MAX_CHECKS_AT_ONCE = 2;

/** Makes, changes, takes back and checks the passwords of devices. */
export class DeviceDesk {
  private readonly file: DeviceFile;
  /** A device that comes back is known by a quick digest under a key that dies with the process. */
  private readonly quickKey = randomBytes(32);
  private readonly quickDigests = new Map<string, { credential: string; digest: Buffer }>();
  private readonly listeners = new Set<() => void>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(
    file: string,
    private readonly nowMs: () => number,
  ) {
    this.file = new DeviceFile(file);
  }

  list(): DeviceSummary[] {
    return summaries(this.file.read(), this.nowMs());
  }

  /** Does what staff ask. Returns the password that was made, which nobody can do a second time; null for none. */
  async handle(request: DeviceRequest, by: string): Promise<string | null> {
    const { name } = request;
    const note = { atMs: this.nowMs(), by, did: request.kind, device: name };
    switch (request.kind) {
      case 'add':
        return this.withPassword(note, (book, hash) => withDevice(book, request, hash, this.nowMs()));
      case 'rotate':
        return this.withPassword(note, (book, hash) =>
          withNewPassword(book, name, hash, this.nowMs(), request.overlapMs),
        );
      case 'revoke':
        this.quickDigests.delete(name);
        this.change(note, (book) => withoutPasswords(book, name, this.nowMs()));
        return null;
    }
  }

  /** The dialect of a device; null for a name that has never had a password. */
  dialectOf(device: string): DeviceDialect | null {
    return this.file.read().devices.get(device)?.dialect ?? null;
  }

  /**
   * Says of connected devices whether what they came with still opens the broker: one of their own passwords, or the
   * shared one for who has none. Made anew for each look-through.
   */
  liveness(): (device: string, credential: string | null) => boolean {
    const book = this.file.read();
    const nowMs = this.nowMs();
    return (device, credential) =>
      credential === null
        ? !book.devices.has(device)
        : liveCredentials(book, device, nowMs).some(({ scrypt }) => scrypt === credential);
  }

  /** An unknown name is refused without a hash: names are printed on meters and no secret, and guesses shall cost us little. */
  async check(device: string, password: Buffer): Promise<PasswordCheck> {
    const live = liveCredentials(this.file.read(), device, this.nowMs());
    if (live.length === 0) return { kind: 'wrong' };
    const digest = this.quickDigest(device, password);
    const quick = this.quickDigests.get(device);
    if (quick && timingSafeEqual(quick.digest, digest) && live.some((one) => one.scrypt === quick.credential))
      return { kind: 'right', credential: quick.credential };
    for (const { scrypt: credential } of live) {
      const isRight = await this.inTurn(() => isDevicePassword(password, credential));
      if (isRight === null) return { kind: 'busy' };
      if (!isRight) continue;
      this.quickDigests.set(device, { credential, digest });
      // It may have been taken back while it was checked.
      return this.liveness()(device, credential) ? { kind: 'right', credential } : { kind: 'wrong' };
    }
    return { kind: 'wrong' };
  }

  /** The files that hold Mosquitto to the same devices and rules. */
  async filesForMosquitto(headEnd: { username: string; password: string }): Promise<MosquittoFiles> {
    const { username, password } = headEnd;
    if (username === '' || password === '')
      throw new Error('give the broker node a user name and a password of its own first, and deploy');
    return mosquittoFiles(this.file.read(), {
      name: username,
      mosquitto: await hashForMosquitto(password),
    });
  }

  /** Hears that some password may no longer be good. Returns the way to stop hearing. */
  onChange(hear: () => void): () => void {
    this.listeners.add(hear);
    return () => this.listeners.delete(hear);
  }

  private async withPassword(
    note: DeviceNote,
    step: (book: DeviceBook, hash: Awaited<ReturnType<typeof hashDevicePassword>>) => DeviceBook,
  ): Promise<string> {
    const password = makeDevicePassword();
    const hash = await hashDevicePassword(password);
    this.change(note, (book) => step(book, hash));
    return password;
  }

  private change(note: DeviceNote, step: (book: DeviceBook) => DeviceBook): void {
    this.file.change(step, note);
    for (const hear of this.listeners) hear();
  }

  private quickDigest(device: string, password: Buffer): Buffer {
    return createHmac('sha256', this.quickKey).update(`${device}:`).update(password).digest();
  }

  /** Runs a costly check when it is its turn; null when too many wait already. */
  private async inTurn(check: () => Promise<boolean>): Promise<boolean | null> {
    if (this.running >= MAX_CHECKS_AT_ONCE) {
      if (this.waiting.length >= MAX_CHECKS_WAITING) return null;
      // Whoever ends hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await check();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
