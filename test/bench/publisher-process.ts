// A process that loads a broker with meter readings at QoS 1: some connections, each with so many messages in flight.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { LAST_ACKS_WITHIN_MS } from './loads';
import { METERS, MeterRegisters } from './meter-registers';
import { MeterTurns } from './meter-turns';
import { connectPacket, ReadingPacket } from './publish-packet';
import type { Load, Sent } from './publisher';
import { answerRequests } from './requests';

const MAX_PACKET_ID = 65_535;
const CONNACK_LENGTH = 4;
const PUBACK_LENGTH = 4;
const PUBACK = 0x40;
/** A broker's queue of new connections is short. */
const CONNECTS_AT_ONCE = 100;
const CONNECTS_WITHIN_MS = 10_000;
const CONNECT_RETRY_MS = 50;

/** Registers only rise, over connections that end and begin. */
let meters = new MeterRegisters(METERS);
let connections: Connection[] = [];
let isSending = false;
/** Ends the measurement that is going on. Outside of one nothing is expected to come, so that is a fault as well. */
let fail = (error: Error): void => {
  throw error;
};

/** One MQTT client that speaks only what it needs to. */
class Connection {
  acknowledged = 0;
  private outstanding = 0;
  private packetId = 0;
  private rest = 0;
  private idle: (() => void) | null = null;

  constructor(
    private readonly socket: Socket,
    private readonly packet: ReadingPacket,
    private readonly turns: MeterTurns,
  ) {
    socket.on('data', (bytes) => this.takeAcks(bytes));
    socket.once('close', () => isSending && fail(new Error('the broker closed a connection')));
  }

  /** Sends the next messages in one piece. */
  send(count: number): void {
    const { packet, turns } = this;
    const bytes = Buffer.allocUnsafe(packet.length * count);
    for (let index = 0; index < count; index += 1) {
      this.packetId = (this.packetId % MAX_PACKET_ID) + 1;
      packet.write(bytes, packet.length * index, this.packetId, meters, turns.take(), turns.distance);
    }
    this.outstanding += count;
    this.socket.write(bytes);
  }

  /** Resolves when everything that was sent is acknowledged. */
  async settled(): Promise<void> {
    if (this.outstanding > 0) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  /** All that a broker sends to a publisher are PUBACKs of four bytes (MQTT 3.1.1 §3.4), cut anywhere. */
  private takeAcks(bytes: Buffer): void {
    const start = (PUBACK_LENGTH - this.rest) % PUBACK_LENGTH;
    if (start < bytes.length && bytes[start] !== PUBACK)
      fail(new Error(`got packet type ${bytes[start]}, no PUBACK`));
    const length = this.rest + bytes.length;
    const count = Math.floor(length / PUBACK_LENGTH);
    this.rest = length % PUBACK_LENGTH;
    this.acknowledged += count;
    this.outstanding -= count;
    if (isSending) this.send(count);
    else if (this.outstanding === 0) this.idle?.();
  }
}

async function openConnection(load: Load & { port: number }, number: number): Promise<Connection> {
  const giveUpAt = performance.now() + CONNECTS_WITHIN_MS;
  for (;;) {
    const socket = connect(load.port, '127.0.0.1');
    socket.setNoDelay(true);
    try {
      await once(socket, 'connect');
      socket.write(connectPacket(`bench-${process.pid}-${number}`));
      const [answer] = (await once(socket, 'data')) as [Buffer];
      if (answer.length !== CONNACK_LENGTH || answer[3] !== 0)
        throw new Error('the broker refused a connection');
      return new Connection(
        socket,
        packetOf(load, number),
        new MeterTurns(number, load.connections, meters.count, load.readingsPerMessage),
      );
    } catch (error) {
      socket.destroy();
      if (performance.now() > giveUpAt) throw error;
      // The broker's process may not listen yet.
      await delay(CONNECT_RETRY_MS);
    }
  }
}

/** Meters speak for themselves; what comes together comes from a gateway. */
function packetOf({ readingsPerMessage }: Load, number: number): ReadingPacket {
  if (readingsPerMessage === 1) return ReadingPacket.ofMeter();
  return ReadingPacket.ofGateway(`gateway-${number}`, readingsPerMessage);
}

async function open(load: Load & { port: number }): Promise<void> {
  close();
  const { meters: wanted = METERS } = load;
  if (meters.count !== wanted) meters = new MeterRegisters(wanted);
  meters.evenOut();
  for (let start = 0; start < load.connections; start += CONNECTS_AT_ONCE) {
    const count = Math.min(CONNECTS_AT_ONCE, load.connections - start);
    const opened = await Promise.all(
      Array.from({ length: count }, (_, index) => openConnection(load, start + index)),
    );
    connections.push(...opened);
  }
}

function close(): void {
  for (const connection of connections) connection.close();
  connections = [];
}

const totalAcknowledged = (): number => connections.reduce((sum, { acknowledged }) => sum + acknowledged, 0);

async function publish({ ms, inFlight }: { ms: number; inFlight: number }): Promise<Sent> {
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  const before = totalAcknowledged();
  const startedMs = performance.now();
  isSending = true;
  for (const connection of connections) connection.send(inFlight);
  await Promise.race([delay(ms), failed]);
  const perSecond = ((totalAcknowledged() - before) * 1000) / (performance.now() - startedMs);
  isSending = false;
  const settled = Promise.all(connections.map((connection) => connection.settled()));
  const late = delay(LAST_ACKS_WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error('the broker left messages without an acknowledgement');
  });
  await Promise.race([settled, failed, late]);
  return { perSecond, acknowledged: totalAcknowledged() - before };
}

answerRequests({ open, close, publish });
