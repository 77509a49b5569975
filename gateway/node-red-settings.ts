import type { DataFolder } from './data-folder';
import { SESSION_SECONDS } from './editor-sessions';
import type { Settings } from './settings';

export const EDITOR_ROOT = '/editor';
/** Ours first, since this is what the editor was opened for; Node-RED adds what is not named here below. */
const PALETTE_ORDER = [
  'subflows',
  'prepaid',
  'dashboard 2',
  'common',
  'function',
  'network',
  'sequence',
  'parser',
  'storage',
];
/** A node that does not close in this time is left behind, so that stopping stays quick. */
const NODE_CLOSE_WITHIN_MS = 3_000;

interface EditorUser {
  username: string;
  permissions: '*';
}

interface Ingredients {
  settings: Settings;
  folder: DataFolder;
  /** Folders of Node-RED modules that must load wherever npm has put them; each loads once. */
  moduleFolders: string[];
  credentialSecret: string;
  userName: string;
  checkLogin: (userName: string, password: string) => Promise<boolean>;
  logHandler: (entry: never) => void;
}

export function nodeRedSettings(given: Ingredients): object {
  const { settings, folder } = given;
  const user = (username: string): EditorUser => ({ username, permissions: '*' });
  return {
    userDir: folder.nodeRed,
    // Absolute, since Node-RED looks for a relative name in the current folder first.
    flowFile: folder.flows,
    flowFilePretty: true,
    nodesDir: given.moduleFolders,
    credentialSecret: given.credentialSecret,
    uiHost: settings.host,
    uiPort: settings.webPort,
    httpAdminRoot: EDITOR_ROOT,
    httpNodeRoot: '/',
    adminAuth: {
      type: 'credentials',
      sessionExpiryTime: SESSION_SECONDS,
      users: (name: string) => Promise.resolve(name === given.userName ? user(name) : null),
      authenticate: async (name: string, password: string) =>
        (await given.checkLogin(name, password)) ? user(name) : null,
    },
    nodeCloseTimeout: NODE_CLOSE_WITHIN_MS,
    logging: { wattkeeper: { level: 'warn', metrics: false, audit: false, handler: () => given.logHandler } },
    // Nothing calls out to the network by itself, and the editor installs no foreign code on a machine that bills.
    telemetry: { enabled: false, updateNotification: false },
    externalModules: {
      autoInstall: false,
      palette: { allowInstall: false, allowUpdate: false, allowUpload: false },
      modules: { allowInstall: false },
    },
    functionExternalModules: false,
    exportGlobalContextKeys: false,
    diagnostics: { enabled: true, ui: true },
    runtimeState: { enabled: false, ui: false },
    editorTheme: {
      page: { title: 'Wattkeeper' },
      header: { title: 'Wattkeeper' },
      tours: false,
      palette: { categories: PALETTE_ORDER },
      projects: { enabled: false },
    },
  };
}
