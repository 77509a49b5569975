import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { realSchedule } from '../../nodes/lib/io/serial/real-schedule';
import { readPdu } from '../../nodes/lib/sms/read-pdu';
import { errorText } from '../../nodes/lib/text/to-error';
import { firstLine, StartFailure } from '../start-failure';
import { findScenario } from './find-scenario';
import { SCENARIOS } from './known-scenarios';
import { PseudoTerminal } from './pseudo-terminal';
import { realFarSide } from './real-far-side';
import type { SimulatedModem } from './simulated-modem';
import { SimulatorServer } from './simulator-server';

const LOCAL_HOST = '127.0.0.1';
/** What modem-port has when it is new. */
const DEFAULT_PORT = '7000';

function usage(): string {
  const width = Math.max(...SCENARIOS.map(({ name }) => name.length));
  const scenarios = SCENARIOS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `Usage: wattkeeper modem-simulator [--port ${DEFAULT_PORT}] [--device PATH] [scenario]`,
    '',
    'A SIM800 to try flows with: choose the network in a modem port. With --device it is also a serial device, made by',
    'socat. Texts that are sent are shown; a line such as "+9779800000001 Hello" makes one come in.',
    '',
    'Scenarios, or the path of a JSON file',
    ...scenarios,
  ].join('\n');
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string', default: DEFAULT_PORT },
        device: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new StartFailure(`${firstLine(error)} "modem-simulator --help" tells more.`);
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new StartFailure(`--port is a number from 0 to 65535, not ${text}.`);
}

/** Runs a simulated modem until the process is told to end. The exit code, or null while it lives on. */
export async function runSimulator(args: readonly string[]): Promise<number | null> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    console.log(usage());
    return 0;
  }
  const scenario = findScenario(positionals[0] ?? 'plain');
  const server = new SimulatorServer(scenario, realSchedule, realFarSide);
  const port = await listen(server, portOf(values.port));
  console.log(`A simulated modem (${scenario.name}) listens on ${LOCAL_HOST}:${port}.`);
  const terminal = values.device === undefined ? null : await openDevice(server, values.device, port);
  if (terminal) console.log(`Its serial device is ${terminal.path}.`);
  showTexts(server.modem);
  const stop = (): void => {
    void Promise.all([terminal?.close(), server.close()]).finally(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return null;
}

async function listen(server: SimulatorServer, port: number): Promise<number> {
  try {
    return await server.listen(port, LOCAL_HOST);
  } catch (error) {
    throw new StartFailure(`Port ${port} cannot be used: ${firstLine(error)}.`);
  }
}

/** Without its device the simulator would only seem to run. */
async function openDevice(server: SimulatorServer, device: string, port: number): Promise<PseudoTerminal> {
  try {
    return await PseudoTerminal.open('socat', device, port);
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** What is sent is shown, what is typed comes in. */
function showTexts(modem: SimulatedModem): void {
  modem.onSent = (pdu) => {
    const read = readPdu(pdu);
    console.log(read.kind === 'submit' ? `to ${read.to.text}: ${read.text ?? pdu}` : `sent: ${pdu}`);
  };
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [, from, text] = /^(\+?\d{3,15})\s+(.+)$/.exec(line.trim()) ?? [];
    if (from !== undefined && text !== undefined) receive(modem, from, text);
    else if (line.trim() !== '') console.log('Write a number and a text, such as: +9779800000001 Hello');
  });
}

function receive(modem: SimulatedModem, from: string, text: string): void {
  try {
    modem.receiveFrom(from, text);
  } catch (error) {
    console.log(errorText(error));
  }
}
