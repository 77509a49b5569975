// Programs that some tests need and npm does not bring. A test that lacks one skips itself; test/run.mjs tells
// at the end what was skipped and how to get it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

export interface NeededProgram {
  readonly name: string;
  /** Whose tests are skipped without it. */
  readonly tests: string;
  readonly howToGet: string;
  /** Where it is, or undefined. */
  readonly path: string | undefined;
}

declare global {
  /** The reporter reads this at the end of the same process; it is loaded apart from the tests. */
  var missingPrograms: Set<string> | undefined;
}

/** Debian keeps servers where only the administrator's PATH looks. */
const ALSO_LOOKED_AT = ['/usr/sbin', '/usr/local/sbin'];

export const needs = {
  chromium: program('Chromium', 'the browser tests', 'chromium', [
    'chromium',
    'chromium-browser',
    'google-chrome',
  ]),
  mosquitto: program('Mosquitto', 'the tests against a foreign broker', 'mosquitto', ['mosquitto']),
  mosquittoClients: program(
    'the Mosquitto clients',
    'the tests with foreign MQTT clients',
    'mosquitto-clients',
    ['mosquitto_pub'],
  ),
  prlimit: program('prlimit', 'the test with a full disk', 'util-linux', ['prlimit']),
  pahoClient: pythonWith(
    'paho.mqtt.client',
    "Python's Paho client",
    'the tests with foreign MQTT clients',
    'python3-paho-mqtt',
  ),
  socat: program('socat', 'the tests over a serial device', 'socat', ['socat']),
  gammu: program('Gammu', 'the modem simulator against Gammu', 'gammu', ['gammu']),
  smstools: program('SMS Server Tools', 'the modem simulator against smsd', 'smstools', ['smsd']),
};

/** The program's path; without it the calling test (or `before` hook) is skipped and the lack remembered. */
export function pathOrSkip(program: NeededProgram, test: Mocha.Context): string {
  if (program.path !== undefined) return program.path;
  rememberMissing(program.name);
  return test.skip();
}

function program(name: string, tests: string, debianPackage: string, commands: string[]): NeededProgram {
  return { name, tests, howToGet: `sudo apt-get install ${debianPackage}`, path: findCommand(commands) };
}

/** A Python that has a module. Debian's has those of its packages, another one on the PATH may not. */
function pythonWith(module: string, name: string, tests: string, debianPackage: string): NeededProgram {
  const known = ['/usr/bin/python3', findCommand(['python3'])].filter((one) => one !== undefined);
  return {
    name,
    tests,
    howToGet: `sudo apt-get install ${debianPackage}`,
    get path() {
      return known.find(
        (python) => isExecutable(python) && spawnSync(python, ['-c', `import ${module}`]).status === 0,
      );
    },
  };
}

function findCommand(commands: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...ALSO_LOOKED_AT];
  const candidates = commands.flatMap((command) => folders.map((folder) => path.join(folder, command)));
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function rememberMissing(name: string): void {
  globalThis.missingPrograms ??= new Set();
  globalThis.missingPrograms.add(name);
}
