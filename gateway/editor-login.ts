import { readIfThere, writeOwnerOnly, type DataFolder } from './data-folder';
import { hashPassword, isPassword, makePassword } from './password-hash';
import { StartFailure } from './start-failure';

/** The one login of the editor as it is stored. */
export interface EditorLogin {
  passwordHash: string;
  /** Sessions from before this moment are void. */
  setAtMs: number;
}

/** A login together with the password that is shown once and stored nowhere. */
export interface NewLogin {
  login: EditorLogin;
  password: string;
}

export const EDITOR_USER = 'admin';

export async function newLogin(nowMs: number): Promise<NewLogin> {
  const password = makePassword();
  return { password, login: { passwordHash: await hashPassword(password), setAtMs: nowMs } };
}

/** Returns null before the first start. */
export function readLogin(folder: DataFolder): EditorLogin | null {
  const text = readIfThere(folder.login);
  if (text === null) return null;
  try {
    const { passwordHash, setAtMs } = JSON.parse(text) as Partial<EditorLogin>;
    if (typeof passwordHash === 'string' && typeof setAtMs === 'number') {
      return { passwordHash, setAtMs };
    }
  } catch {
    // Told below, in the same words as a file that is JSON but no login.
  }
  throw new StartFailure(`${folder.login} is damaged. "wattkeeper password" makes a new one.`);
}

export function storeLogin(folder: DataFolder, login: EditorLogin): void {
  writeOwnerOnly(folder.login, JSON.stringify(login, null, 2) + '\n');
}

/** After each wrong password in a row the next try waits twice as long, up to the longest. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;
/** Beyond so many waiting tries a new one is refused at once. */
const MAX_WAITING_TRIES = 16;

/** Checks passwords one after the other, ever slower while they are wrong. */
export class LoginCheck {
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private failuresInARow = 0;

  constructor(
    private readonly currentLogin: () => EditorLogin | null,
    private readonly wait: (ms: number) => Promise<void>,
  ) {}

  /**
   * One at a time, so that many connections try no faster than one and never hash in parallel.
   * It never rejects: Node-RED leaves a rejection unhandled, which would end the process.
   */
  check(userName: string, password: string): Promise<boolean> {
    if (this.waiting >= MAX_WAITING_TRIES) return Promise.resolve(false);
    this.waiting += 1;
    const result = this.last
      .then(() => this.checkNext(userName, password))
      .catch(() => false)
      .finally(() => (this.waiting -= 1));
    this.last = result;
    return result;
  }

  private async checkNext(userName: string, password: string): Promise<boolean> {
    if (this.failuresInARow > 0) {
      await this.wait(Math.min(FIRST_WAIT_MS * 2 ** (this.failuresInARow - 1), LONGEST_WAIT_MS));
    }
    const login = this.currentLogin();
    // A wrong user name costs the same time as a wrong password and so tells nothing.
    const isRight =
      login !== null && (await isPassword(password, login.passwordHash)) && userName === EDITOR_USER;
    this.failuresInARow = isRight ? 0 : this.failuresInARow + 1;
    return isRight;
  }
}
