// A process with the least that can keep the promise of a durable acknowledgement: aedes parses a reading, commits it
// with its neighbours, and only then sends the PUBACK.
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { PublishPacket } from 'aedes';
import { BareLedger, type BareReading } from './bare-ledger';
import { meterNumbers, METERS } from './meter-registers';
import { answerRequests } from './requests';

/** The same group as our own ledger's. */
const MAX_GROUP = 500;
const MAX_GROUP_WAIT_MS = 2;

type Acknowledge = (error?: Error | null) => void;

const numbers = meterNumbers(METERS);
let ledger: BareLedger | null = null;
let readings: BareReading[] = [];
let waiting: Acknowledge[] = [];
let timer: NodeJS.Timeout | null = null;

function take({ payload }: PublishPacket, acknowledge: Acknowledge): void {
  const said = JSON.parse(payload.toString()) as { meterId: string; atMs: number; energyWh: number };
  const meter = numbers.get(said.meterId);
  if (meter === undefined) throw new Error(`unknown meter ${said.meterId}`);
  readings.push({ meter, atMs: said.atMs, energyWh: said.energyWh });
  waiting.push(acknowledge);
  if (readings.length >= MAX_GROUP) commit();
  else timer ??= setTimeout(commit, MAX_GROUP_WAIT_MS);
}

function commit(): void {
  if (timer) clearTimeout(timer);
  timer = null;
  const acknowledgements = waiting;
  ledger?.commit(readings);
  readings = [];
  waiting = [];
  for (const acknowledge of acknowledgements) acknowledge(null);
}

async function listen(file: string): Promise<number> {
  ledger = new BareLedger(file, METERS);
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker({
    authorizePublish: (_client, packet, done) => take(packet, done),
  });
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    broker.handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

answerRequests({ listen, countReadings: () => ledger?.countReadings() ?? 0 });
