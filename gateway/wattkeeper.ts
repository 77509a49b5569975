#!/usr/bin/env node
// This file stays in plain syntax and loads everything else late: on a Node.js that is too old
// it must get as far as saying so.

interface Command {
  name: string;
  summary: string;
  /** Takes what follows the name; resolves with the exit code, or with null when the process lives on. */
  run: (args: readonly string[]) => Promise<number | null>;
}

const OLDEST_NODE = { major: 20, minor: 19 };

/** A new command is one entry here. */
const COMMANDS: readonly Command[] = [
  {
    name: 'start',
    summary: 'run Node-RED with the palette, the ledger and the dashboard (the default)',
    run: async () => (await import('./start.js')).start(),
  },
  {
    name: 'password',
    summary: 'make a new editor password and show it once',
    run: async () => (await import('./new-password.js')).makeNewPassword(),
  },
  {
    name: 'verify',
    summary: 'look a ledger through and name its first bad row: verify [file]',
    run: async ([file]) => (await import('./verify.js')).verify(file),
  },
  {
    name: 'modem-simulator',
    summary: 'a GSM modem to try flows with: modem-simulator --help',
    run: async (args) => (await import('./modem-simulator/run-simulator.js')).runSimulator(args),
  },
  {
    name: 'devices',
    summary: 'passwords of devices: devices [add NAME [DIALECT] | rotate NAME [HOURS] | revoke NAME]',
    run: async (args) => (await import('./devices.js')).manageDevices(args),
  },
  {
    name: 'certificates',
    summary: "make or renew the broker's TLS certificate: certificates [name or address ...]",
    run: async (names) => (await import('./certificates.js')).makeCertificates(names),
  },
];

const OPTIONS: readonly Command[] = [
  {
    name: '--help',
    summary: 'show this text',
    run: async () => (await import('./help.js')).showHelp(COMMANDS, OPTIONS),
  },
  {
    name: '--version',
    summary: 'show the version',
    run: async () => (await import('./help.js')).showVersion(),
  },
];

function isNodeTooOld(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  if (major === undefined || minor === undefined) return true;
  return major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor);
}

async function main([name = 'start', ...args]: readonly string[]): Promise<number | null> {
  if (isNodeTooOld(process.versions.node)) {
    console.error(
      `Wattkeeper needs Node.js ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or later; this is ${process.versions.node}.`,
    );
    return 1;
  }
  const command = COMMANDS.concat(OPTIONS).find((candidate) => candidate.name === name);
  if (command) return command.run(args);
  console.error(`Wattkeeper does not know "${name}". "--help" lists what it knows.`);
  return 1;
}

main(process.argv.slice(2)).then(
  (code) => {
    if (code !== null) process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error && error.name === 'StartFailure' ? error.message : error);
    process.exitCode = 1;
  },
);
