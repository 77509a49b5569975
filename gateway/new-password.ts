import { openDataFolder } from './data-folder';
import { EDITOR_USER, newLogin, storeLogin } from './editor-login';
import { dropSessionsBefore } from './editor-sessions';
import { holderOf } from './instance-lock';
import { readSettings } from './settings';

/** `wattkeeper password`: replaces the editor's password. It works beside a running Wattkeeper. */
export async function makeNewPassword(): Promise<number> {
  const folder = openDataFolder(readSettings(process.env, process.cwd()).dataFolder);
  const { login, password } = await newLogin(Date.now());
  storeLogin(folder, login);
  const running = holderOf(folder);
  if (!running) dropSessionsBefore(folder, login.setAtMs);
  console.log(`User      ${EDITOR_USER}`);
  console.log(`Password  ${password}   (shown only now)`);
  if (running) console.log('Browsers that are logged in stay so until Wattkeeper is started again.');
  return 0;
}
