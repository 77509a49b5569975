import { inspect } from 'node:util';
import { setTimeout as waitMs } from 'node:timers/promises';
import { consoleLogHandler } from './console-log';
import { openDataFolder, readIfThere, writeOwnerOnly, type DataFolder } from './data-folder';
import { EDITOR_USER, LoginCheck, newLogin, readLogin, storeLogin } from './editor-login';
import { dropSessionsBefore } from './editor-sessions';
import { provideFirstFlow, readOrMakeCredentialSecret } from './first-start';
import { FlowWatch } from './flow-watch';
import { lockDataFolder } from './instance-lock';
import { findPeerPackages, loadNodeRed, type NodeRed, type PeerPackages } from './node-red-module';
import { EDITOR_ROOT, nodeRedSettings } from './node-red-settings';
import { PACKAGE_ROOT } from './package-root';
import { listen, requireFreePort } from './ports';
import { brokerHostOf, factsOf, parseFlow, type FlowNode } from './running-flow';
import { MQTT_PORT, publishSettings, readSettings, WEB_PORT, type Settings } from './settings';
import { Shutdown } from './shutdown';
import { closeServer, makeServer, mountNodeRed } from './web-server';
import { welcomeText } from './welcome';

/** All that is known before Node-RED is loaded. */
interface Start {
  settings: Settings;
  packages: PeerPackages;
  folder: DataFolder;
  flow: FlowNode[];
}

/** `wattkeeper start`: Node-RED in this process, with everything of this package in it. */
export async function start(): Promise<null> {
  process.title = 'wattkeeper';
  const settings = readSettings(process.env, process.cwd());
  const packages = findPeerPackages(process.cwd());
  const folder = openDataFolder(settings.dataFolder);
  const shutdown = new Shutdown({
    stop: () => Promise.resolve(),
    release: lockDataFolder(folder, settings.webPort),
    report: (error) => keepReport(folder, error),
    say: (line) => console.error(line),
  });
  try {
    const flow = await prepare(settings, folder);
    await run({ settings, packages, folder, flow }, shutdown);
  } catch (error) {
    shutdown.fail(error);
  }
  return null;
}

/** Everything that can be refused is refused here, before anything runs. */
async function prepare(settings: Settings, folder: DataFolder): Promise<FlowNode[]> {
  await requireFreePort(settings.host, settings.webPort, WEB_PORT);
  provideFirstFlow(folder, PACKAGE_ROOT);
  const flow = parseFlow(readIfThere(folder.flows));
  if (factsOf(flow, MQTT_PORT.name).usesMqttPort) {
    await requireFreePort(brokerHostOf(flow), settings.mqttPort, MQTT_PORT);
  }
  const login = readLogin(folder);
  if (login) dropSessionsBefore(folder, login.setAtMs);
  publishSettings(settings, process.env);
  return flow;
}

async function run({ settings, packages, folder, flow }: Start, shutdown: Shutdown): Promise<void> {
  const { RED, app } = loadNodeRed(packages);
  const server = makeServer(app);
  RED.init(server, settingsFor(RED, settings, folder, packages));
  const watch = new FlowWatch(RED.events, flow);
  mountNodeRed(app, RED, () => watch.facts.dashboardPath ?? EDITOR_ROOT);
  shutdown.onStop(async () => {
    await RED.stop();
    await closeServer(server);
  });

  await RED.start();
  await listen(server, settings.host, settings.webPort, WEB_PORT);
  const first = readLogin(folder) ? null : await newLogin(Date.now());
  if (first) storeLogin(folder, first.login);
  const state = await watch.settled();
  const welcome = {
    settings,
    state,
    flow: watch.facts,
    newPassword: first?.password ?? null,
    program: process.argv[1] ?? 'wattkeeper',
    currentFolder: process.cwd(),
  };
  console.log(welcomeText(welcome));
}

function settingsFor(RED: NodeRed, settings: Settings, folder: DataFolder, packages: PeerPackages): object {
  const wait = async (ms: number): Promise<void> => {
    await waitMs(ms, undefined, { ref: false });
  };
  const loginCheck = new LoginCheck(() => readLogin(folder), wait);
  return nodeRedSettings({
    settings,
    folder,
    moduleFolders: [PACKAGE_ROOT, packages.dashboardFolder],
    credentialSecret: readOrMakeCredentialSecret(folder),
    userName: EDITOR_USER,
    checkLogin: (name, password) => loginCheck.check(name, password),
    logHandler: consoleLogHandler(
      (key) => RED.log._(key),
      (line) => console.error(line),
    ),
  });
}

/** Keeps the story of a failure for whoever is asked for help, and says in one sentence where. */
function keepReport(folder: DataFolder, error: unknown): string {
  const report = `${new Date().toISOString()}\n${inspect(error)}\n`;
  try {
    writeOwnerOnly(folder.failureReport, report);
    return `What was confirmed is stored; details are in ${folder.failureReport}`;
  } catch {
    return `What was confirmed is stored.\n${report}`;
  }
}
