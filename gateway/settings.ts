import path from 'node:path';
import { StartFailure } from './start-failure';

/** What the person who starts Wattkeeper can set, all of it from the environment. */
export interface Settings {
  host: string;
  webPort: number;
  mqttPort: number;
  dataFolder: string;
}

export interface SettingDescription {
  name: string;
  fallback: string;
  summary: string;
}

export const WEB_PORT: SettingDescription = {
  name: 'PORT',
  fallback: '1880',
  summary: 'port of the dashboard and the editor',
};
export const HOST: SettingDescription = {
  name: 'HOST',
  fallback: '127.0.0.1',
  summary: 'address to listen on; 0.0.0.0 opens it to the network',
};
export const MQTT_PORT: SettingDescription = {
  name: 'WATTKEEPER_MQTT_PORT',
  fallback: '1883',
  summary: 'port where meters connect (MQTT)',
};
export const DATA: SettingDescription = {
  name: 'WATTKEEPER_DATA',
  fallback: '.wattkeeper',
  summary: 'folder of the ledger, the flows and the secrets',
};
export const SETTINGS: readonly SettingDescription[] = [WEB_PORT, HOST, MQTT_PORT, DATA];

const MAX_PORT = 65_535;

export type Environment = Record<string, string | undefined>;

export function readSettings(env: Environment, currentFolder: string): Settings {
  const settings = {
    host: read(env, HOST),
    webPort: readPort(env, WEB_PORT),
    mqttPort: readPort(env, MQTT_PORT),
    dataFolder: path.resolve(currentFolder, read(env, DATA)),
  };
  if (settings.webPort === settings.mqttPort) {
    throw new StartFailure(
      `${WEB_PORT.name} and ${MQTT_PORT.name} are both ${settings.webPort}: they must be two different ports.`,
    );
  }
  return settings;
}

/** An empty variable counts as absent, as shells and service files make them easily. */
function read(env: Environment, { name, fallback }: SettingDescription): string {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? fallback : value;
}

function readPort(env: Environment, setting: SettingDescription): number {
  const text = read(env, setting);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= MAX_PORT) return port;
  throw new StartFailure(`${setting.name} must be a port from 1 to ${MAX_PORT}, not "${text.slice(0, 40)}".`);
}

/**
 * Flows refer to settings as `${WATTKEEPER_MQTT_PORT}` and nodes find the data folder by name, so that both
 * always see what is in force, be it set or a default.
 */
export function publishSettings(settings: Settings, env: Environment): void {
  env[HOST.name] = settings.host;
  env[WEB_PORT.name] = String(settings.webPort);
  env[MQTT_PORT.name] = String(settings.mqttPort);
  env[DATA.name] = settings.dataFolder;
}
